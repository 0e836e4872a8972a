import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { often } from '../support/effort.js'
import { launchBrowser } from './launch.js'
import { RunningProcess } from './program.js'

const code = join(root, 'docs/tutorial/code')
const board = { width: 960, radius: 22 }
const plain = { NO_COLOR: '1', FORCE_COLOR: '0', PORT: '0' }
/** Colours of the first and of the second player. */
const [adas, bobs] = [0, 137]
const run = promisify(execFile)

let browser: Browser
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => browser?.close())

/** Fewer are the edge of something else. */
const minPixels = 100

/** In the page: how many pixels of its canvas have a strong colour like this one, and the sums of their places. */
function pixelsOf(hue: number): { x: number; y: number; pixels: number } {
  const canvas = document.querySelector('canvas')!
  const { data, width } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  const sum = { x: 0, y: 0, pixels: 0 }
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!]
    const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)]
    if (most - least < 120) continue
    const sector = most === r ? (g - b) / (most - least) : most === g ? 2 + (b - r) / (most - least) : 4
    const apart = Math.abs(((60 * sector - hue + 540) % 360) - 180)
    if (apart > 8) continue
    sum.x += (at / 4) % width
    sum.y += Math.floor(at / 4 / width)
    sum.pixels++
  }
  return sum
}

/** A tab of a person. A fault in the page fails the test. */
class Tab {
  readonly #faults: string[] = []

  private constructor(readonly page: Page) {
    page.on('pageerror', ({ message }) => this.#faults.push(message))
    page.on('console', (message) => message.type() === 'error' && this.#faults.push(message.text()))
  }

  static async open(url: string): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 } })
    ends.push(() => context.close())
    const tab = new Tab(await context.newPage())
    ends.push(async () => expect(tab.#faults).toEqual([]))
    await tab.page.goto(url)
    return tab
  }

  /** Where the page has drawn the disc of a colour: the middle of its pixels. Undefined if there is none. */
  async disc(hue: number): Promise<{ x: number; y: number } | undefined> {
    const { x, y, pixels } = await this.page.evaluate(pixelsOf, hue)
    return pixels < minPixels ? undefined : { x: x / pixels, y: y / pixels }
  }

  /** Resolves when a picture has no disc of a colour. Looks at each one, since the next may have it again. */
  async loses(hue: number): Promise<void> {
    await this.page.waitForFunction(`(${pixelsOf.toString()})(${hue}).pixels < ${minPixels}`, undefined, {
      polling: 'raf',
    })
  }

  async shootAt(hue: number): Promise<void> {
    const { x, y } = (await this.disc(hue))!
    await this.page.locator('canvas').click({ position: { x, y } })
  }

  async enter(name: string, room?: string): Promise<void> {
    await this.page.locator('input').fill(name)
    if (room !== undefined) {
      await this.page.locator(`option[value="${room}"]`).waitFor({ state: 'attached' })
      await this.page.locator('select').selectOption(room)
    }
    await this.page.getByRole('button', { name: 'Play' }).click()
    await this.page.locator('form').waitFor({ state: 'hidden' })
  }
}

/** Ada runs to the right wall; both tabs draw her there. */
async function runToTheWall(ada: Tab, bob: Tab): Promise<void> {
  for (const tab of [ada, bob]) for (const hue of [adas, bobs]) await expect.poll(() => tab.disc(hue)).toBeDefined()
  await ada.page.keyboard.down('ArrowRight')
  for (const tab of [ada, bob]) {
    await expect.poll(async () => (await tab.disc(adas))?.x).toBeGreaterThan(board.width - board.radius - 3)
  }
  await ada.page.keyboard.up('ArrowRight')
}

/** Ada clicks at Bob: he loses his colour in both tabs, for he is frozen for a while. */
async function freeze(ada: Tab, bob: Tab): Promise<void> {
  const seen = Promise.all([ada.loses(bobs), bob.loses(bobs)])
  await ada.shootAt(bobs)
  await seen
}

/** Ada makes a room, Bob chooses it from the list, and Ada, who is host, starts. */
async function meet(ada: Tab, bob: Tab): Promise<void> {
  await ada.enter('Ada')
  const room = new URL(ada.page.url()).hash.slice(1)
  await bob.enter('Bob', room)
  expect(new URL(bob.page.url()).hash).toBe(`#${room}`)
  await ada.page.getByText(`Room ${room}: Ada, Bob`).waitFor()
  expect(await bob.page.locator('#start').isVisible()).toBe(false)
  await ada.page.locator('#start').click()
  await bob.page.getByText('Five hits win').waitFor()
}

/** What two people do with each step. */
const plays: Readonly<Record<string, (ada: Tab, bob: Tab) => Promise<void>>> = {
  '1-move': runToTheWall,
  async '2-smooth'(ada, bob) {
    await ada.page.keyboard.press('n')
    await ada.page.getByText('network: a phone · prediction: on').waitFor()
    await runToTheWall(ada, bob)
  },
  async '3-shoot'(ada, bob) {
    await runToTheWall(ada, bob)
    await freeze(ada, bob)
  },
  async '4-rooms'(ada, bob) {
    await meet(ada, bob)
    await runToTheWall(ada, bob)
    await freeze(ada, bob)
  },
}

/** The first step is in the second one, and the third and the fourth are in the last one. */
const played = often(['2-smooth'], Object.keys(plays))

describe.each(played)('step %s of the tutorial', (step) => {
  it('is played in two tabs by its one command', async () => {
    const program = new RunningProcess(process.execPath, [join(code, 'start.mjs'), step[0]!], plain)
    ends.push(() => program.end())
    const [, url = ''] = await program.printed(/Local:\s+(http:\S+)/)
    const ada = await Tab.open(url)
    // the first player has the first colour
    if (step < '4') await expect.poll(() => ada.disc(adas)).toBeDefined()
    await plays[step]!(ada, await Tab.open(url))
  })
})

describe.each(Object.keys(plays))('step %s of the tutorial', (step) => {
  it('is built by Vite', async () => {
    await vite('build', step, '--outDir', join(root, '.cache/played/tutorial', step))
  })
})

describe('step 5-internet of the tutorial', () => {
  it('is built, and one program, which needs no other file, serves page and game and ends well', async () => {
    const step = '5-internet'
    await vite('build', step)
    await vite('build', step, '--ssr', 'src/main.ts')
    // as in the container: nothing is installed beside it
    const folder = await mkdtemp(join(tmpdir(), 'tygase-tutorial-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    await cp(join(code, step, 'dist'), join(folder, 'dist'), { recursive: true })
    const program = new RunningProcess(process.execPath, ['dist/server/main.js'], plain, { cwd: folder })
    ends.push(() => program.end())
    const [, port = ''] = await program.printed(/the server runs at ws:\/\/localhost:(\d+)/)
    const url = `http://localhost:${port}/`
    const [ada, bob] = [await Tab.open(url), await Tab.open(url)]
    await meet(ada, bob)
    await runToTheWall(ada, bob)
    await freeze(ada, bob)
    // the room of the list goes when no page looks at it any more
    const health = async () => (await fetch(`${url}healthz`)).json()
    await expect.poll(health).toEqual({ rooms: 1, status: 'ok' })

    // a page that is loaded again goes on in its room, under its name
    await bob.page.reload()
    await bob.page.getByText('Five hits win').waitFor()
    expect(await bob.page.locator('form').isVisible()).toBe(false)

    program.interrupt()
    expect(await program.exitCode).toBe(0)
    await bob.page.close()
    await ada.page.close()
  })
})

async function vite(...args: string[]): Promise<void> {
  const program = join(root, 'node_modules/vite/bin/vite.js')
  const config = ['--config', 'vite.config.ts', '--logLevel', 'warn']
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^VITE|^NODE_ENV$|^TEST$|^DEV$|^PROD$|^MODE$/.test(name),
  )
  await run(process.execPath, [program, ...args, ...config], { cwd: code, env: Object.fromEntries(environment) })
}
