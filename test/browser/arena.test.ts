import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ArenaPage,
  aimAtNearest,
  countHits,
  frames,
  hitsOf,
  nextHit,
  openArena,
  withThumbs,
} from './arena-page.js'
import { launchBrowser } from './launch.js'
import { type Program, startDemo } from './program.js'

const picture = fileURLToPath(new URL('../../docs/images/arena.png', import.meta.url))
const taken = fileURLToPath(new URL('../../.cache/pictures/arena.png', import.meta.url))
/** For a busy machine: usually no step waits so long. */
const slowMs = 120_000

let browser: Browser
let server: Program
let url: string
let ada: ArenaPage
let bob: ArenaPage

beforeAll(async () => {
  browser = await launchBrowser()
  const started = await startDemo({ BOTS: '4' }, 'arena')
  server = started.program
  url = started.url
  ada = await openArena(browser, `${url}/?name=Ada`, { width: 1280, height: 760 })
})

afterAll(async () => {
  await browser?.close()
  await server?.end()
})

describe('the page of the arena', () => {
  it('is in a room whose link is in its address; a friend who opens it comes into the same room', async () => {
    const link = new URL(ada.page.url())
    expect(link.hash).toMatch(/^#[\w-]+$/)
    bob = await openArena(browser, `${link.origin}/?name=Bob${link.hash}`, { width: 900, height: 600 })
    for (const { page } of [ada, bob]) {
      await page.waitForFunction(() =>
        ['Ada', 'Bob'].every((name) => document.querySelector('#table')?.textContent?.includes(name)),
      )
    }
    // the second person takes the place of a bot
    await ada.page.waitForFunction(() => window.tygaseArena.connection.state.scores.size === 5)
  })

  it('lists the rooms to a player who has none yet, and leads into the chosen one', async () => {
    const page = await browser.newPage()
    await page.goto(url)
    const { hash } = new URL(ada.page.url())
    const room = page.locator('#room-list button', { hasText: hash.slice(1) })
    await room.locator('span', { hasText: '2 people, 3 bots of 12' }).waitFor()
    await room.click()
    await page.waitForFunction(() => window.tygaseArena.connection?.state.scores.size === 5)
    expect(new URL(page.url()).hash).toBe(hash)
    await room.waitFor({ state: 'hidden' })
    await page.close()
    await ada.page.waitForFunction(() => window.tygaseArena.connection.state.scores.size === 5)
  })

  it('is the same player after a reload in the middle of the match', async () => {
    const { page } = await openArena(browser, bob.page.url().replace('name=Bob', 'name=Cleo'), {
      width: 900,
      height: 600,
    })
    const idOf = (): string => window.tygaseArena.connection.clientId
    const isBack = (id: string | undefined): boolean => {
      const { connection } = window.tygaseArena
      return connection?.clientId !== undefined && connection.state.bodies.has(id ?? connection.clientId)
    }
    const before = await page.evaluate(idOf)
    await page.reload()
    await page.waitForFunction(isBack, before)
    expect(await page.evaluate(idOf)).toBe(before)
    await page.close()
    await ada.page.waitForFunction((id) => !window.tygaseArena.connection.state.bodies.has(id), before)
  })

  it('goes on looking for a server that does not answer in time', async () => {
    const page = await browser.newPage()
    await page.clock.install()
    let isSilent = true
    await page.routeWebSocket(/.*/, (socket) => void (isSilent || socket.connectToServer()))
    await page.goto(bob.page.url().replace('name=Bob', 'name=Dan'))
    const overlay = page.locator('#overlay')
    await overlay.filter({ hasText: 'Looking for a room.' }).waitFor()
    await page.clock.fastForward(6000)
    await overlay.filter({ hasText: 'No answer from the server yet.' }).waitFor()
    isSilent = false
    const isIn = async (): Promise<boolean> => {
      await page.clock.fastForward(1000)
      return overlay.isHidden()
    }
    await expect.poll(isIn, { interval: 500 }).toBe(true)
    await page.close()
  })

  it('shows hits of the player, each once, and as soon as it shoots', async () => {
    await countHits(ada)
    await ada.page.bringToFront()
    await ada.page.mouse.move(640, 380)
    await ada.page.mouse.down()
    const deadlineMs = Date.now() + slowMs
    while ((await hitsOf(ada)).handled < 3 && Date.now() < deadlineMs) {
      await aimAtNearest(ada)
      await frames(ada, 4)
    }
    await ada.page.mouse.up()
    const { handled, ahead } = await hitsOf(ada)
    expect(handled).toBeGreaterThanOrEqual(3)
    expect(ahead).toBeGreaterThan(0)
  })

  it('is not sent players whom walls hide', async () => {
    const hidden = (): boolean => {
      const { state } = window.tygaseArena.connection
      return state.bodies.size < state.scores.size
    }
    await bob.page.waitForFunction(hidden)
    expect(await bob.page.evaluate(() => window.tygaseArena.connection.state.scores.size)).toBe(5)
  })

  it('is good for the picture in the README', async () => {
    // the picture in the repository is replaced only on demand: a test leaves no changes behind
    const isForReadme = Boolean(process.env.UPDATE_PICTURES) || !existsSync(picture)
    await ada.page.bringToFront()
    await ada.page.mouse.down()
    const seesFight = async (): Promise<boolean> => (await aimAtNearest(ada)) >= 2 && (await hitsOf(ada)).handled > 8
    for (let tries = 0; isForReadme && tries < 600 && !(await seesFight()); tries++) {
      if (tries % 20 === 10) await ada.page.keyboard.press('Space')
      await frames(ada, 3)
    }
    mkdirSync(dirname(taken), { recursive: true })
    if (isForReadme) await nextHit(ada)
    await ada.page.screenshot({ path: taken })
    await ada.page.mouse.up()
    expect(statSync(taken).size).toBeGreaterThan(20_000)
    if (isForReadme) copyFileSync(taken, picture)
  })
})

it('two thumbs run, aim and shoot', async () => {
  const phone = await openArena(browser, `${url}/?name=Mia#thumbs`, { width: 800, height: 380 }, true)
  const { moved, shots } = await withThumbs(phone)
  expect(moved).toBeGreaterThan(20)
  expect(shots).toBeGreaterThan(0)
  expect(phone.errors).toEqual([])
})

it('the pages have no errors in their consoles', () => {
  expect([...ada.errors, ...bob.errors]).toEqual([])
})
