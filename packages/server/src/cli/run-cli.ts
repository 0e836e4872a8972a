import { parseArgs } from 'node:util'
import { TygaseError } from '@tygase/gamestate'
import type { CliIo } from './cli-io.js'
import { helpOf } from './help.js'
import { runTokenCommand } from './token-command.js'
import { InterruptedError, UsageError } from './usage-error.js'
import { runUserCommand } from './user-command.js'

/**
 * The program `tygase`. What goes wrong is told by `writeError` in a line.
 * @param args without the names of runtime and program
 * @returns how the process ends: 0; 1 refused or failed; 2 a wrong command line; 130 interrupted
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    await run(args, io)
    return 0
  } catch (error) {
    if (error instanceof InterruptedError) return 130
    const isUsage = error instanceof UsageError || isParseError(error)
    if (!isUsage && !(error instanceof TygaseError)) throw error
    io.writeError(`tygase: ${(error as Error).message}\n`)
    if (isUsage) io.writeError('tygase --help says more.\n')
    return isUsage ? 2 : 1
  }
}

async function run(args: readonly string[], io: CliIo): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      db: { type: 'string' },
      issuer: { type: 'string' },
      game: { type: 'string' },
      expires: { type: 'string' },
      claims: { type: 'string' },
      'key-file': { type: 'string' },
    },
  })
  const { db, 'key-file': keyFile, help: _, ...ofTokens } = values
  const [subject, action, ...names] = positionals
  if (values.help) return io.write(helpOf(subject))
  if (subject === 'user') {
    refuseOthers({ ...ofTokens, 'key-file': keyFile }, 'user')
    return await runUserCommand({ action, names, db }, io)
  }
  if (subject === 'token') {
    refuseOthers({ db }, 'token')
    const { issuer, game, expires, claims } = ofTokens
    return await runTokenCommand({ action, names, issuer, game, expires, claims, keyFile }, io)
  }
  throw new UsageError(subject === undefined ? 'user or token?' : `'${subject}' is no command`)
}

function refuseOthers(options: Readonly<Record<string, string | undefined>>, subject: string): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined)
  if (given !== undefined) throw new UsageError(`${subject} takes no --${given}`)
}

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
