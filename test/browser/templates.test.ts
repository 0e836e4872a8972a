import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { DevGame } from './dev-game.js'
import { launchBrowser } from './launch.js'
import { RunningProcess } from './program.js'
import { openTwo, play, templateNames } from './template-plays.js'

const plain = { NO_COLOR: '1', FORCE_COLOR: '0', PORT: '0' }
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

// `npm run long` plays all; the matrix makes each from a registry, builds it, and plays the process that serves page and game
describe.each(often(['cards'], templateNames))('the template %s', (template) => {
  let game: DevGame
  let beganMs = 0

  beforeAll(async () => {
    beganMs = performance.now()
    game = await DevGame.create(template, 'templates')
  })

  it('is played in two tabs by `npm run dev`', async () => {
    const args = [game.bin('vite'), '--port', '0', '--strictPort']
    const vite = new RunningProcess(process.execPath, args, plain, { cwd: game.folder })
    const [, url = ''] = await vite.printed(/Local:\s+(http:\S+)/)
    const { pages, faults, close } = await openTwo(browser, url)
    await play(template, pages)
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1)
    console.log(`note: ${template}: ${seconds} s from the command to a game that two tabs have played`)
    expect(faults).toEqual([])
    await close()
    await vite.end()
  })

  it('has types that fit and a test that passes', async () => {
    await game.run('tsc')
    await game.run('vitest', 'run')
  })
})
