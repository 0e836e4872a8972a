import { parseArgs } from 'node:util'
import { TygaseError } from '@tygase/gamestate/internal'
import { type CliIo, InterruptedError, UsageError } from './cli-io.js'
import { runTokenCommand } from './token-command.js'
import { runUserCommand } from './user-command.js'

/**
 * The program `tygase`. An error is one line of `writeError`.
 * @param args without the names of runtime and program
 * @returns exit code of the process: 0 done; 1 refused or failed; 2 a wrong command line; 130 interrupted
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
  throw new UsageError(subject === undefined ? 'name a command: user or token' : `'${subject}' is not a command`)
}

function refuseOthers(options: Readonly<Record<string, string | undefined>>, subject: string): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined)
  if (given !== undefined) throw new UsageError(`${subject} takes no --${given}`)
}

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

const userPart = `  tygase user add NAME       adds a user; asks for the password
  tygase user passwd NAME    sets another password
  tygase user remove NAME    removes a user
  tygase user list           lists names, with the date of each

    --db PATH                the file of the accounts, also TYGASE_DB; add makes it
`

const tokenPart = `  tygase token issue USER    prints a token for USER
  tygase token verify        reads a token and prints its contents

    --issuer TEXT            the issuer of the tokens
    --game ID                the game of the tokens
    --expires TIME           lifetime: 30 min, 12 h, 7 d; default 1 h
    --claims JSON            other claims, an object
    --key-file PATH          a key as PEM; default: the secret in TYGASE_TOKEN_SECRET
`

const exitCodes = 'Exit code: 0 done, 1 refused or failed, 2 a wrong command line.'

/** @param subject the command to explain; all commands if it is neither `user` nor `token` */
function helpOf(subject: string | undefined): string {
  if (subject === 'user') {
    return `tygase user: accounts\n\n${userPart}\nA password is typed unseen, or piped in: the first line counts.\n${exitCodes}\n`
  }
  if (subject === 'token') {
    return `tygase token: signed tokens\n\n${tokenPart}\nA token is typed unseen, or piped in: the first line counts.\n${exitCodes}\n`
  }
  const secrets = 'Passwords and tokens are typed unseen, or piped in: the first line counts.'
  return `tygase: users and tokens of a game server\n\n${userPart}\n${tokenPart}\n${secrets}\n${exitCodes}\n`
}
