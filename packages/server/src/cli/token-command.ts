import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTokens, type TokenOptions } from '../auth/tokens.js'
import { parseDuration } from '../config/duration.js'
import { readConfig } from '../config/read-config.js'
import { secret } from '../config/setting.js'
import { askSecret } from './ask-secret.js'
import type { CliIo } from './cli-io.js'
import { UsageError } from './usage-error.js'

export interface TokenCommand {
  readonly action: string | undefined
  readonly names: readonly string[]
  readonly issuer: string | undefined
  readonly game: string | undefined
  readonly expires: string | undefined
  readonly claims: string | undefined
  readonly keyFile: string | undefined
}

/** `tygase token …`. @throws UsageError, AuthError, RefusalError, ConfigError */
export async function runTokenCommand(command: TokenCommand, io: CliIo): Promise<void> {
  const { action, names, issuer, game } = command
  if (action !== 'issue' && action !== 'verify') {
    throw new UsageError(action === undefined ? 'token takes issue or verify' : `'token ${action}' is no command`)
  }
  if (issuer === undefined || game === undefined)
    throw new UsageError('--issuer and --game say whose tokens, and for which game')
  const options = { issuer, gameId: game }
  if (action === 'issue') {
    const [userId] = names
    if (userId === undefined || names.length > 1) throw new UsageError('one USER, please')
    const expiresInS = secondsOf(command.expires)
    const claims = claimsOf(command.claims)
    const tokens = createTokens({ ...options, ...keyOf(command, io) })
    io.write(`${await tokens.issue(userId, { expiresInS, claims })}\n`)
    return
  }
  if (names.length > 0) throw new UsageError('the token is piped in, or typed when it is asked for')
  const tokens = createTokens({ ...options, ...keyOf(command, io) })
  const { expiresAtMs = 0, ...identity } = await tokens.verify((await askSecret(io, 'Token')).trim())
  io.write(`${JSON.stringify({ ...identity, expiresAt: new Date(expiresAtMs).toISOString() }, undefined, 2)}\n`)
}

function keyOf({ keyFile }: TokenCommand, { env }: CliIo): Pick<TokenOptions, 'secret' | 'keys'> {
  if (keyFile === undefined) {
    const { tokenSecret } = readConfig({ tokenSecret: secret({ minLength: 32 }) }, { env, prefix: 'TYGASE_' })
    return { secret: tokenSecret.reveal() }
  }
  const pem = readPem(keyFile)
  if (!pem.includes('PRIVATE KEY')) return { keys: { publicKey: pem } }
  return { keys: { publicKey: publicKeyOf(pem, keyFile), privateKey: pem } }
}

function readPem(keyFile: string): string {
  try {
    return readFileSync(keyFile, 'utf8')
  } catch (error) {
    throw new UsageError(`${keyFile} cannot be read: ${(error as Error).message}`)
  }
}

function publicKeyOf(pem: string, keyFile: string) {
  try {
    return createPublicKey(pem)
  } catch {
    throw new UsageError(`${keyFile} holds no private key that can be read`)
  }
}

function secondsOf(expires = '1 h'): number {
  const ms = parseDuration(expires)
  if (ms === undefined) throw new UsageError(`--expires is a time like 30 min, 12 h or 7 d, not ${expires}`)
  return ms / 1000
}

function claimsOf(text = '{}'): Record<string, unknown> {
  let claims: unknown
  try {
    claims = JSON.parse(text)
  } catch {
    // told below
  }
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  throw new UsageError(`--claims is an object as JSON, not ${text}`)
}
