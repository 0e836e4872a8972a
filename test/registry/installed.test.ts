import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../architecture/bundlers.js'
import { root } from '../architecture/repository.js'
import { isLong } from '../support/effort.js'
import { installedBundlers } from './support/bundlers.js'
import { type InstalledGame, installGame } from './support/installed-game.js'
import { packedPackages } from './support/packed.js'
import { quickTypeChecks } from './support/type-checks.js'

let game: InstalledGame

beforeAll(async () => {
  game = await installGame()
}, 900_000)
afterAll(() => game?.remove())

const programOf = (name: string): string => join(root, 'node_modules', name)

describe('installed by name from a registry', () => {
  it('is every package, in the version that was published and from nowhere else', async () => {
    const lock: { packages: Record<string, { version: string; resolved?: string }> } = JSON.parse(
      readFileSync(join(game.folder, 'package-lock.json'), 'utf8'),
    )
    for (const { name, version } of await packedPackages()) {
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
    const elsewhere = Object.entries(lock.packages).filter(
      ([path, { resolved }]) => path !== '' && !resolved?.startsWith(game.registry.address),
    )
    expect(elsewhere).toEqual([])
  })

  it('are the pages of the same version, inside of the packages', () => {
    const page = join(game.folder, 'node_modules/@tygase/server/docs/guides/rooms.md')
    expect(readFileSync(page, 'utf8')).toBe(readFileSync(page, 'utf8').replaceAll('](../../packages', ''))
    expect(existsSync(join(game.folder, 'node_modules/@tygase/protocol/PROTOCOL.md'))).toBe(true)
  })

  it('is the command, which finds the commands of other packages', async () => {
    const bin = join(game.folder, 'node_modules/.bin/tygase')
    const [{ version } = { version: '' }] = await packedPackages()
    expect(await game.run(bin, ['--version'])).toBe(`${version}\n`)
    const token = await game.run(bin, ['token', 'issue', 'ada', '--issuer', 'lobby', '--game', 'race'], {
      TYGASE_TOKEN_SECRET: 'a secret of tests, 32 bytes and more',
    })
    expect(token.split('.')).toHaveLength(3)
    expect(await game.run(bin, ['user', '--help'])).toMatch(/tygase user add NAME/)
  })

  it('is the load test, which plays a server of the game', async () => {
    expect(await game.run(process.execPath, ['load.js'])).toBe('four players ran\n')
  })
})

describe('a game with what is installed', () => {
  it('plays over a socket on this Node, and its program ends by itself', async () => {
    expect(await game.run(process.execPath, ['play.js'])).toMatch(/^played 20 laps, 1 runner, GET \/rooms: 200\n$/)
  })

  it('is loaded by require', async () => {
    expect(await game.run(process.execPath, ['required.cjs'])).toMatch(/required, and counted to 1\n$/)
  })

  it('has names behind each public entry', async () => {
    const entries = (await packedPackages()).flatMap(({ name }) => {
      const manifest = readFileSync(join(game.folder, 'node_modules', name, 'package.json'), 'utf8')
      const { exports, peerDependencies = {} } = JSON.parse(manifest)
      // a plugin for a program of other makers, which is not in this registry
      if (Object.keys(peerDependencies).some((peer) => !peer.startsWith('@tygase/'))) return []
      return Object.keys(exports)
        .filter((key) => !key.endsWith('.json'))
        .map((key) => name + key.slice(1))
    })
    const program = `for (const entry of ${JSON.stringify(entries)})
      if (Object.keys(await import(entry)).length === 0) console.log(entry)`
    expect(await game.run(process.execPath, ['--input-type=module', '--eval', program])).toBe('')
  })

  it('is tested by Vitest, which is the one of this repository', async () => {
    const output = await game.run(process.execPath, [
      ...[programOf('vitest/vitest.mjs'), 'run', '--globals', '--root', game.folder, '--reporter=json'],
    ])
    expect(JSON.parse(output.slice(output.indexOf('{')))).toMatchObject({ numPassedTests: 1, success: true })
  })
})

describe('the types', () => {
  it.each(Object.entries(quickTypeChecks))('are found by %s', async (_, check) => {
    expect(await check(game)).toBe('')
  })
})

describe('a page', () => {
  // webpack takes as long as all others together
  it.each(Object.entries(installedBundlers).filter(([name]) => isLong || name !== 'webpack'))(
    'by %s plays its own server, without a complaint',
    async (_, bundle) => {
      const page = await bundle(game.folder, 'page.js')
      expect(page.complaints).toEqual([])
      expect(await openPage(page)).toBe(1)
    },
  )
})
