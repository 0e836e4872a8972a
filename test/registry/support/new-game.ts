import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../scripts/run-command.mjs'
import { RunningProcess } from '../../browser/program.js'
import type { Registry } from './registry.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Takes away what a test runner and an npm around it say to the programs below: a person who types a command has none of it. */
function environmentOf(registry: Registry): Environment {
  const said = Object.keys(process.env).filter((name) =>
    /^(?:VITEST|VITE_|npm_)|^(?:NODE_ENV|TEST|DEV|PROD|MODE|CI)$/i.test(name),
  )
  return { ...Object.fromEntries(said.map((name) => [name, undefined])), CI: undefined, ...registry.env }
}

/** A game that the command of another program has made from a template, in an empty folder, with packages of a registry. */
export class NewGame {
  readonly folder: string
  /** Of all programs that run for it. */
  readonly env: Environment
  readonly #parent: string

  private constructor(parent: string, name: string, env: Environment) {
    this.#parent = parent
    this.folder = join(parent, name)
    this.env = env
  }

  /**
   * @param command such as `['npm', 'create', 'tygase@latest', 'my-game']`, which runs in an empty folder and makes `my-game`
   */
  static async make(registry: Registry, command: readonly [string, ...string[]], name: string): Promise<NewGame> {
    const parent = mkdtempSync(join(tmpdir(), 'tygase-create-'))
    // a program that runs as another user has to find its way in
    chmodSync(parent, 0o755)
    const game = new NewGame(parent, name, environmentOf(registry))
    await game.#run(command, parent)
    return game
  }

  /** Runs a program in the folder of the game to its end. @returns its output @throws Error with the output if it fails */
  run(program: string, ...args: string[]): Promise<string> {
    return this.#run([program, ...args], this.folder)
  }

  /** Starts a program in the folder of the game, with all that it starts. */
  start(program: string, args: readonly string[], env: Environment = {}): RunningProcess {
    const plain = { NO_COLOR: '1', FORCE_COLOR: '0' }
    return new RunningProcess(program, args, { ...this.env, ...plain, ...env }, { cwd: this.folder, detached: true })
  }

  remove(): void {
    rmSync(this.#parent, { recursive: true, force: true })
  }

  async #run([program, ...args]: readonly [string, ...string[]], cwd: string): Promise<string> {
    const { exitCode, output } = await runCommand(program, args, { cwd, env: this.env })
    if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${output}`)
    return output
  }
}
