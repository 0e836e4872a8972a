import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchNode } from '../../../scripts/fetch-node.mjs'
import { fetchTool, programIn } from '../../../scripts/fetch-tool.mjs'
import { openPage } from '../../architecture/bundlers.js'
import { type InstalledGame, installGame } from '../support/installed-game.js'
import { furtherTypeChecks } from '../support/type-checks.js'

let game: InstalledGame

beforeAll(async () => {
  game = await installGame()
}, 900_000)
afterAll(() => game?.remove())

const played = /played 20 laps, 1 runner, GET \/rooms: 200\n$/

describe('the game plays on', () => {
  it('Node 24, and is loaded by require', async () => {
    const node = await fetchNode(24)
    expect(await game.run(node, ['play.js'])).toMatch(played)
    expect(await game.run(node, ['required.cjs'])).toMatch(/required, and counted to 1\n$/)
  })

  it('Bun', async () => {
    const bun = programIn(join(await fetchTool('bun', ['bun@1']), '@oven'), 'bin', 'bun')
    expect(await game.run(bun, ['play.js'])).toMatch(played)
    expect(await game.run(bun, ['required.cjs'])).toMatch(/required, and counted to 1\n$/)
  })

  it('Deno', async () => {
    const deno = programIn(join(await fetchTool('deno', ['deno@2']), '@deno'), 'deno')
    expect(await game.run(deno, ['run', '--allow-all', '--node-modules-dir=manual', 'play.js'])).toMatch(played)
  })
})

describe('the types', () => {
  it.each(Object.entries(furtherTypeChecks))('are found by %s', async (_, check) => {
    expect(await check(game)).toBe('')
  })
})

describe('the game is tested by', () => {
  const jest = ['jest@30', 'jest-environment-jsdom@30']
  const modules = { NODE_OPTIONS: '--experimental-vm-modules' }

  it('Jest', async () => {
    const tools = await fetchTool('jest', jest)
    const args = [join(tools, 'jest/bin/jest.js'), '--rootDir', game.folder, '--env', 'node']
    expect(await game.run(process.execPath, args, modules)).toMatch(/Tests: +1 passed, 1 total/)
  })

  it('Jest with jsdom, which lacks the text coders that browsers have', async () => {
    const tools = await fetchTool('jest', jest)
    const setup = join(game.folder, 'setup.cjs')
    writeFileSync(
      setup,
      "const { TextDecoder, TextEncoder } = require('node:util')\nObject.assign(globalThis, { TextDecoder, TextEncoder })\n",
    )
    const args = [join(tools, 'jest/bin/jest.js'), '--rootDir', game.folder, '--setupFiles', setup]
    const output = await game.run(process.execPath, [...args, '--env', join(tools, 'jest-environment-jsdom')], modules)
    expect(output).toMatch(/Tests: +1 passed, 1 total/)
  })

  it('Vitest with jsdom', async () => {
    const tools = await fetchTool('vitest', ['vitest@4', 'jsdom@26'])
    const args = [join(tools, 'vitest/vitest.mjs'), 'run', '--globals', '--root', game.folder]
    const output = await game.run(process.execPath, [...args, '--environment', 'jsdom'])
    expect(output).toMatch(/Tests +1 passed \(1\)/)
  })
})

describe('the types are found by the oldest TypeScript', () => {
  it.each([
    ['bundler', 'esnext'],
    ['node16', 'node16'],
    ['node10', 'esnext'],
  ])('with the resolution %s', async (resolution, module) => {
    const tools = await fetchTool('typescript', ['typescript@5.9'])
    const flags = ['--strict', '--noEmit', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable', '--types', 'node']
    const args = [join(tools, 'typescript/bin/tsc'), ...flags, '--module', module, '--moduleResolution', resolution]
    expect(await game.run(process.execPath, [...args, 'typed.ts'])).toBe('')
  })
})

describe('Metro', () => {
  it('bundles a page for React Native, which plays its own server', async () => {
    const tools = await fetchTool('metro', ['metro@0.83'])
    mkdirSync(join(game.folder, 'built'), { recursive: true })
    await game.run(process.execPath, [join(import.meta.dirname, '../support/run-metro.mjs'), game.folder, tools])
    const code = readFileSync(join(game.folder, 'built/metro.js'), 'utf8')
    expect(await openPage({ code, complaints: [] })).toBe(1)
  })
})
