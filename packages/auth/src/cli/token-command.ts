import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTokens, type TokenOptions } from '../tokens.js'
import { askSecret, type CliIo, UsageError } from './cli-io.js'

export interface TokenCommand {
  readonly action: string | undefined
  readonly names: readonly string[]
  readonly issuer: string | undefined
  readonly game: string | undefined
  readonly expires: string | undefined
  readonly claims: string | undefined
  readonly keyFile: string | undefined
}

/** `tygase token …`. @throws UsageError, AuthError, RefusalError */
export async function runTokenCommand(command: TokenCommand, io: CliIo): Promise<void> {
  const { action, names, issuer, game } = command
  if (action !== 'issue' && action !== 'verify') {
    throw new UsageError(action === undefined ? 'token takes issue or verify' : `'token ${action}' is not a command`)
  }
  if (issuer === undefined || game === undefined) throw new UsageError('--issuer and --game are needed')
  const options = { issuer, gameId: game }
  if (action === 'issue') {
    const [userId] = names
    if (userId === undefined || names.length > 1) throw new UsageError('token issue takes one USER')
    const expiresInS = secondsOf(command.expires)
    const claims = claimsOf(command.claims)
    const tokens = createTokens({ ...options, ...keyOf(command, io) })
    io.write(`${await tokens.issue(userId, { expiresInS, claims })}\n`)
    return
  }
  if (names.length > 0)
    throw new UsageError('token verify takes no arguments: pipe the token in, or type it when asked')
  const tokens = createTokens({ ...options, ...keyOf(command, io) })
  const { expiresAtMs = 0, ...identity } = await tokens.verify((await askSecret(io, 'Token')).trim())
  io.write(`${JSON.stringify({ ...identity, expiresAt: new Date(expiresAtMs).toISOString() }, undefined, 2)}\n`)
}

function keyOf({ keyFile }: TokenCommand, { env }: CliIo): Pick<TokenOptions, 'secret' | 'keys'> {
  if (keyFile === undefined) {
    const { TYGASE_TOKEN_SECRET: secret = '' } = env
    // the message must not show a wrong secret
    if (secret.length < 32)
      throw new UsageError('TYGASE_TOKEN_SECRET must have at least 32 characters, without --key-file')
    return { secret }
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
    throw new UsageError(`${keyFile} does not contain a readable private key`)
  }
}

const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 24 * 3600 }

function secondsOf(expires = '1 h'): number {
  const [, count, unit = ''] = /^(\d{1,9}) ?(s|min|h|d)$/.exec(expires) ?? []
  if (count === undefined) throw new UsageError(`--expires is a time like 30 min, 12 h or 7 d, not ${expires}`)
  return Number(count) * secondsOfUnit[unit]!
}

function claimsOf(text = '{}'): Record<string, unknown> {
  let claims: unknown
  try {
    claims = JSON.parse(text)
  } catch {
    // reported below
  }
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  throw new UsageError(`--claims is a JSON object, not ${text}`)
}
