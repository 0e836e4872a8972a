import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../architecture/repository.js'

const run = promisify(execFile)
/** What is a fault of the game, and not of a busy machine. */
const commandTimeoutMs = 240_000

/** Without what a test runner says to the programs below it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^VITEST|^NODE_ENV$|^TEST$|^VITE_|^DEV$|^PROD$|^MODE$/.test(name),
  )
  return Object.fromEntries(own)
}

/** A game that the command has made from a template, in a folder of the repository, so that it finds the packages. */
export class DevGame {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @param by the test that plays it: each has a folder of its own */
  static async create(template: string, by: string): Promise<DevGame> {
    const folder = join(root, '.cache/played', `${by}-${template}`)
    await rm(folder, { recursive: true, force: true })
    const command = join(root, 'packages/create-tygase/bin/create-tygase.js')
    await run(process.execPath, [command, folder, '--template', template, '--yes'])
    return new DevGame(folder)
  }

  /**
   * Changes a file. Throws if there is nothing to change. It does so in one turn: on a busy machine Vite would otherwise read the
   * file while it is empty.
   */
  edit(file: string, before: string, after: string): void {
    const path = join(this.folder, file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(before)) throw new Error(`${file} has no ${before}`)
    writeFileSync(path, text.replace(before, after))
  }

  /** Runs a program of an installed package to its end. Rejects with what it has printed if it fails. */
  async run(program: string, ...args: string[]): Promise<void> {
    const options = { cwd: this.folder, timeout: commandTimeoutMs, env: plainEnvironment() }
    try {
      await run(process.execPath, [this.bin(program), ...args], options)
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error })
    }
  }

  /** The file of a program. */
  bin(program: string): string {
    const files: Readonly<Record<string, string>> = {
      vite: 'vite/bin/vite.js',
      vitest: 'vitest/vitest.mjs',
      tsc: 'typescript/bin/tsc',
    }
    return join(root, 'node_modules', files[program]!)
  }
}
