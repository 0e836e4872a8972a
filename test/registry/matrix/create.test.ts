import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fetchTool, programIn } from '../../../scripts/fetch-tool.mjs'
import { root } from '../../architecture/repository.js'
import { launchBrowser } from '../../browser/launch.js'
import { openTwo, play, templateNames } from '../../browser/template-plays.js'
import { Container } from '../support/container.js'
import { NewGame } from '../support/new-game.js'
import { packedFolder } from '../support/packed.js'
import { publishOwn, type Registry, startRegistry, usualRegistry } from '../support/registry.js'

let registry: Registry
let browser: Browser

beforeAll(async () => {
  // what is not ours comes from where npm has it from on this machine
  registry = await startRegistry(await usualRegistry())
  await publishOwn(registry)
  browser = await launchBrowser()
}, 900_000)
afterAll(async () => {
  await browser?.close()
  await registry?.end()
})

/** Seconds of what is awaited, for the notes. */
async function timed<Result>(work: Promise<Result>): Promise<[Result, string]> {
  const beganMs = performance.now()
  const result = await work
  return [result, `${((performance.now() - beganMs) / 1000).toFixed(1)} s`]
}

const create = (template: string): Promise<NewGame> =>
  NewGame.make(registry, ['npm', 'create', 'tygase@latest', 'my-game', '--', '--template', template], 'my-game')

describe.each(templateNames)('`npm create tygase` with the template %s', (template) => {
  let game: NewGame
  afterAll(() => game?.remove())

  it('is played in two tabs by `npm run dev`', async () => {
    // the second time npm has all packages in its cache
    const first = await create(template)
    const [, installedFirst] = await timed(first.run('npm', 'install'))
    first.remove()
    const beganMs = performance.now()
    game = await create(template)
    const [, installed] = await timed(game.run('npm', 'install'))
    const dev = game.start('npm', ['run', 'dev', '--', '--port', '0', '--strictPort'])
    onTestFinished(() => dev.end())
    const [, url = ''] = await dev.printed(/Local:\s+(http:\S+)/)
    const { pages, faults, close } = await openTwo(browser, url)
    await play(template, pages)
    const played = ((performance.now() - beganMs) / 1000).toFixed(1)
    console.log(
      `note: ${template}: ${played} s from npm create to a game that two tabs have played; npm install took ${installed} of it, and ${installedFirst} the first time`,
    )
    expect(faults).toEqual([])
    await close()
  })

  it('has types that fit and a test that passes', async () => {
    const [, tested] = await timed(game.run('npm', 'test'))
    const [, checked] = await timed(game.run('npm', 'run', 'check'))
    console.log(`note: ${template}: npm test took ${tested}, npm run check ${checked}`)
  })

  it('is built, and one process serves page and game', async () => {
    const [output, built] = await timed(game.run('npm', 'run', 'build'))
    console.log(`note: ${template}: npm run build took ${built}`)
    expect(output).not.toMatch(/warn|\(!\)/i)
    const program = game.start('npm', ['start'], { PORT: '0' })
    onTestFinished(() => program.end())
    const [, port] = await program.printed(/the server runs at ws:\/\/localhost:(\d+)/)
    const { pages, faults, close } = await openTwo(browser, `http://localhost:${port}/`)
    await play(template, pages)
    expect(faults).toEqual([])
    await close()
  })

  it('is built by its Dockerfile, whose program is healthy, runs as nobody, and ends when it is asked to', async () => {
    const destination = mkdtempSync(join(tmpdir(), 'tygase-container-'))
    onTestFinished(() => rmSync(destination, { recursive: true, force: true }))
    chmodSync(destination, 0o755)
    const container = await Container.build(game.folder, destination, game.env)
    const env = { HOST: '127.0.0.1', PORT: String(await freePort()) }
    expect(container.user).toBe('node')
    expect(await container.isHealthy(env)).toBe(false)
    const program = container.run(env)
    onTestFinished(() => program.end())
    await program.printed(/the server runs at/)
    expect(await container.isHealthy(env)).toBe(true)
    const page = await (await fetch(`http://127.0.0.1:${env.PORT}/`)).text()
    expect(page).toContain('<title>My game</title>')
    program.process.kill('SIGTERM')
    expect(await program.exitCode).toBe(0)
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('a new game is made, installed and tested by', () => {
  const given = ['--template', 'canvas']
  const testOf = async (game: NewGame, ...manager: readonly [string, ...string[]]): Promise<void> => {
    await game.run(...manager, 'install')
    await game.run(...manager, 'run', 'test')
    game.remove()
  }

  it('npm 10', async () => {
    const npm = [process.execPath, join(await fetchTool('npm10', ['npm@10']), 'npm/bin/npm-cli.js')] as const
    await testOf(
      await NewGame.make(registry, [...npm, 'create', 'tygase', 'my-game', '--', ...given], 'my-game'),
      ...npm,
    )
  })

  it('npm, with packed packages of a folder and none of ours from a registry', async () => {
    const command = [process.execPath, join(root, 'packages/create-tygase/bin/create-tygase.js')] as const
    const args = ['my-game', '--packages', packedFolder, ...given]
    const game = await NewGame.make(registry, [...command, ...args], 'my-game')
    await game.run('npm', 'install')
    const lock = JSON.parse(readFileSync(join(game.folder, 'package-lock.json'), 'utf8'))
    const ours = Object.entries<{ resolved: string }>(lock.packages).filter(([path]) => path.includes('/@tygase/'))
    expect(ours.map(([path]) => path)).toContain('node_modules/@tygase/protocol')
    expect(ours.filter(([, { resolved }]) => !resolved.startsWith('file:tygase/'))).toEqual([])
    await game.run('npm', 'test')
    game.remove()
  })

  it('pnpm', async () => {
    const pnpm = [process.execPath, join(await fetchTool('pnpm', ['pnpm@10']), 'pnpm/bin/pnpm.cjs')] as const
    await testOf(await NewGame.make(registry, [...pnpm, 'create', 'tygase', 'my-game', ...given], 'my-game'), ...pnpm)
  })

  it('Bun', async () => {
    const bun = [programIn(join(await fetchTool('bun', ['bun@1']), '@oven'), 'bin', 'bun')] as const
    await testOf(await NewGame.make(registry, [...bun, 'create', 'tygase', 'my-game', ...given], 'my-game'), ...bun)
  })
})
