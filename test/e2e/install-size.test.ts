import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'

/** The most that the packages of a server may take on a disk, without source maps, sources and Markdown. */
const maxBytes = 2.5e6
const scripts = ['preinstall', 'install', 'postinstall']

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

const run = promisify(execFile)

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** The folders of a package and of all packages that it needs, as this repository has them. */
function needed(name: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(name)) return found
  const folder = join(root, 'node_modules', name)
  found.set(name, folder)
  for (const dependency of Object.keys(manifestIn(folder).dependencies ?? {})) needed(dependency, found)
  return found
}

/** All files below a folder that count. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const isSource = entry.name === 'src' && /@tygase[\\/][\w-]+$/.test(folder)
      if (!isSource && entry.name !== '.bin') yield* filesBelow(path)
    } else if (!/\.(?:map|md)$/i.test(entry.name)) yield path
  }
}

describe('@tygase/server, installed into an empty folder', () => {
  let folder = ''
  let packages: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tygase-install-'))
    await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'packages/server', 'packages/client'], { cwd: root })
    // everything comes from packed files, so that no registry is needed
    const folders = [...needed('@tygase/server').values()]
    const { stdout } = await run('npm', [
      'pack',
      '--ignore-scripts',
      '--json',
      '--pack-destination',
      folder,
      ...folders,
    ])
    const packed: { filename: string }[] = JSON.parse(stdout)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'a-game', private: true, type: 'module' }))
    const files = packed.map(({ filename }) => `./${filename}`)
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], { cwd: folder })
    const installed = join(folder, 'node_modules')
    packages = readdirSync(installed)
      .filter((name) => !name.startsWith('.'))
      .flatMap((name) =>
        name.startsWith('@') ? readdirSync(join(installed, name)).map((own) => `${name}/${own}`) : name,
      )
      .map((name) => join(installed, name))
  }, 300_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it(`takes at most ${maxBytes / 1e6} MB`, () => {
    const sizes = packages.map((path) => {
      const bytes = [...filesBelow(path)].reduce((sum, file) => sum + statSync(file).size, 0)
      return { name: manifestIn(path).name, bytes }
    })
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    const list = sizes.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(2)}`).join(', ')
    console.log(`note: @tygase/server installed: ${(total / 1e6).toFixed(2)} MB (${list})`)
    expect(total).toBeLessThanOrEqual(maxBytes)
  })

  it('runs no install script', () => {
    const withScript = packages.filter((path) => {
      const { scripts: own = {} } = manifestIn(path)
      return scripts.some((name) => own[name] !== undefined) || existsSync(join(path, 'binding.gyp'))
    })
    expect(withScript).toEqual([])
  })

  it('listens, and answers a browser with a text for people', async () => {
    const program = `
      import { defineGame } from '@tygase/gamestate'
      import * as tygase from '@tygase/server'
      const game = defineGame({ initialState: () => ({}) })
      const server = tygase.Backend ? new tygase.Backend(game) : new tygase.Server({ game })
      await server.run({ port: 0, hostname: '127.0.0.1' })
      const response = await fetch('http://127.0.0.1:' + server.port)
      console.log(response.status, await response.text())
      await server.shutdown()
    `
    await writeFile(join(folder, 'game.js'), program)
    const { stdout } = await run(process.execPath, ['game.js'], { cwd: folder })
    expect(stdout).toMatch(/426 This is a TyGaSe game server/)
  })
})
