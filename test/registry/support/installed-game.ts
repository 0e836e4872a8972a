import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../scripts/run-command.mjs'
import { packedPackages } from './packed.js'
import { npm, publishInstalled, publishOwn, type Registry, startRegistry } from './registry.js'

/** What our packages and the game of these tests need from others. All of it is installed in the repository. */
const ofOthers = [
  'ws',
  'immer',
  '@standard-schema/spec',
  'lmdb',
  'msgpackr',
  'jose',
  'piscina',
  'hono',
  '@hono/node-server',
  'prom-client',
  '@types/node',
]

/** A game in a folder of its own, outside of the repository, with all packages installed by name. */
export interface InstalledGame {
  readonly folder: string
  readonly registry: Registry
  /** Runs a program in the folder. @returns its output @throws Error with the output if it fails */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  remove(): Promise<void>
}

/** Starts a registry, publishes everything, and installs it by name into an empty folder. */
export async function installGame(): Promise<InstalledGame> {
  const registry = await startRegistry()
  await publishOwn(registry)
  await publishInstalled(registry, ofOthers)
  const folder = mkdtempSync(join(tmpdir(), 'tygase-registry-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'a-game', private: true, type: 'module' }))
  const names = (await packedPackages()).map(({ name }) => name)
  // without its program for this platform, which is optional, lmdb would compile one for minutes
  // vite, the peer of our plugin, is not in this registry: this game does without it
  await npm(['install', '--ignore-scripts', '--legacy-peer-deps', ...names, '@types/node'], registry, folder)
  const game = join(import.meta.dirname, '../game')
  for (const file of readdirSync(game)) cpSync(join(game, file), join(folder, file))
  return {
    folder,
    registry,
    async run(program, args, env = {}) {
      const { exitCode, output } = await runCommand(program, args, { cwd: folder, env })
      if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${output}`)
      return output
    },
    async remove() {
      await registry.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
