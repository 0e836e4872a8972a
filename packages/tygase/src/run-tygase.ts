import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadOwner, OwnerError, type TygaseIo } from './owners.js'

interface Command {
  readonly name: string
  /** The package whose entry `cli` runs it. */
  readonly owner: string
  readonly about: string
}

/** A package that owns a command has the entry `cli`, which exports `runCli(args, io)`. */
const commands: readonly Command[] = [
  { name: 'user', owner: '@tygase/auth', about: 'adds, lists and removes users, and sets passwords' },
  { name: 'token', owner: '@tygase/auth', about: 'issues and verifies signed tokens' },
  { name: 'load', owner: '@tygase/load', about: 'plays a game with many simulated players, and measures' },
  { name: 'top', owner: '@tygase/inspect', about: 'shows what a server does: rooms, sessions, ticks, bytes' },
]

/**
 * The program `tygase`. It knows the names of commands only, and loads the package that owns one.
 * @param args without the names of runtime and program
 * @returns exit code of the process: 0 done; 1 refused, failed or not installed; 2 a wrong command line; others as the
 *   command says
 */
export async function runTygase(args: readonly string[], io: TygaseIo): Promise<number> {
  const [name, ...rest] = args
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) return runAlone(args, io)
  try {
    const { runCli } = await loadOwner(command.name, command.owner, io.folder)
    return await runCli([command.name, ...rest], io)
  } catch (error) {
    if (!(error instanceof OwnerError)) throw error
    io.writeError(`tygase: ${error.message}\n`)
    return 1
  }
}

/** A command line that names no command. */
function runAlone(args: readonly string[], io: TygaseIo): number {
  const complain = (message: string): number => {
    io.writeError(`tygase: ${message}\n\n${help()}`)
    return 2
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
    const [name] = positionals
    // `tygase help` is what people try first
    if (name !== undefined && name !== 'help') return complain(`'${name}' is not a command`)
    if (values.version) io.write(`${version()}\n`)
    else if (values.help || name === 'help') io.write(help())
    else return complain('name a command')
    return 0
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error) || !String(error.code).startsWith('ERR_PARSE_ARGS')) {
      throw error
    }
    return complain(error.message)
  }
}

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return manifest.version
}

function help(): string {
  const list = commands.map(({ name, owner, about }) => `  tygase ${name.padEnd(8)}${about} (${owner})`)
  return `tygase: commands for TyGaSe, each of a package that you install beside it

${list.join('\n')}

  tygase COMMAND --help    the options of a command
  tygase --version         the version of this command

Exit code: 0 done, 1 refused, failed or not installed, 2 a wrong command line.
`
}
