import { fileURLToPath } from 'node:url'
import { type Room, Server } from '@tygase/server'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from './launch.js'
import { tally } from './react-game.js'

/** For a busy machine: usually no step waits so long. */
const slowMs = 120_000

let server: Server
let browser: Browser
let lastRoom = 0
let room = ''
const ends: (() => unknown)[] = []

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('react-page.ts', import.meta.url))],
    ...{ bundle: true, write: false as const, format: 'esm' as const },
    conditions: ['@tygase/source', 'browser'],
    // with it React mounts effects twice
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  const script = outputFiles[0]!.text.replaceAll('</script', '<\\/script')
  server = new Server({ logger: false }).define('tally', tally).defineRoomList()
  await server.run({
    requestListener: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(`<!doctype html><title>Tally</title><div id="root"></div><script type="module">${script}</script>`)
    },
  })
  ends.push(() => server.shutdown({ endSessions: true }))
  browser = await launchBrowser()
  ends.push(() => browser.close())
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

beforeEach(() => {
  room = `room-${++lastRoom}`
})

/** A page in the room of the test. A fault in it fails the test. */
async function open(what: 'lobby' | 'game'): Promise<Page> {
  const page = await browser.newPage()
  page.on('pageerror', (error) => expect.unreachable(error.message))
  page.on('console', (message) => message.type() === 'error' && expect.unreachable(message.text()))
  await page.goto(`http://localhost:${server.port}/?room=${room}`)
  await page.waitForFunction(() => window.play !== undefined)
  await page.evaluate((shown) => window.play.show(shown), what)
  if (what === 'game') await page.locator('#status', { hasText: 'connected' }).waitFor()
  return page
}

const clientsOf = (key: string) => [...((server.rooms.get(key) as Room | undefined)?.clients.values() ?? [])]
const textOf = (page: Page, id: string) => page.locator(`#${id}`).textContent()

it('each of two tabs in StrictMode has one connection, sees what the other does, and hears each event once', async () => {
  const [ada, bob] = [await open('game'), await open('game')]
  expect(clientsOf(`tally/${room}`)).toHaveLength(2)
  await ada.locator('#members', { hasText: '2' }).waitFor()
  for (let n = 1; n <= 3; n++) {
    await ada.evaluate(() => window.play.count())
    for (const page of [ada, bob]) await page.locator('#count', { hasText: String(n) }).waitFor()
  }
  for (const page of [ada, bob]) expect(await page.evaluate(() => window.seen.counted)).toEqual([1, 2, 3])
  await Promise.all([ada.close(), bob.close()])
})

it('no connection is left when components go, whatever they were doing', async () => {
  const page = await open('game')
  for (let round = 0; round < 5; round++) {
    await page.evaluate(() => window.play.show('nothing'))
    await page.evaluate(() => window.play.show('game'))
  }
  await page.locator('#status', { hasText: 'connected' }).waitFor()
  await expect.poll(() => clientsOf(`tally/${room}`).length, { timeout: slowMs }).toBe(1)
  await page.evaluate(() => window.play.show('lobby'))
  await page.locator('#list', { hasText: 'connected' }).waitFor()
  await expect.poll(() => clientsOf(`tally/${room}`).length, { timeout: slowMs }).toBe(0)
  expect(clientsOf('rooms/all')).toHaveLength(1)
  await page.evaluate(() => window.play.show('nothing'))
  // the list is there while a client looks
  await expect.poll(() => server.rooms.has('rooms/all'), { timeout: slowMs }).toBe(false)
  await page.close()
})

it('a lobby sees a room come, fill and empty', async () => {
  const lobby = await open('lobby')
  const player = await open('game')
  await lobby.locator('li', { hasText: `${room}: 1` }).waitFor()
  await player.evaluate(() => window.play.show('nothing'))
  await lobby.locator('li', { hasText: `${room}: 0` }).waitFor()
  await Promise.all([lobby.close(), player.close()])
})

it('a component that is loaded late keeps the connection of those around it', async () => {
  const page = await open('game')
  expect(await textOf(page, 'late')).toBe('loading')
  const before = clientsOf(`tally/${room}`).map(({ id }) => id)
  await page.evaluate(() => window.play.loadLate())
  await page.locator('#late', { hasText: 'late 0' }).waitFor()
  expect(clientsOf(`tally/${room}`).map(({ id }) => id)).toEqual(before)
  await page.close()
})

it('a scene is drawn frame by frame, and renders nothing', async () => {
  const page = await open('game')
  await page.waitForFunction(() => window.seen.frames > 10)
  // StrictMode renders twice
  expect(await page.evaluate(() => window.seen.renders)).toBe(2)
  await page.evaluate(() => window.play.show('nothing'))
  const passFrames = (): Promise<unknown> =>
    page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  // the component goes when React comes to it
  await passFrames()
  const frames = await page.evaluate(() => window.seen.frames)
  await passFrames()
  expect(await page.evaluate(() => window.seen.frames)).toBe(frames)
  await page.close()
})

it('the status follows a lost network, and the session goes on', async () => {
  const page = await open('game')
  const [client] = clientsOf(`tally/${room}`)
  await page.evaluate(() => window.play.cut())
  await page.locator('#status', { hasText: 'suspended' }).waitFor({ timeout: slowMs })
  await page.evaluate(() => window.play.heal())
  await page.locator('#status', { hasText: 'connected' }).waitFor({ timeout: slowMs })
  await page.evaluate(() => window.play.count())
  await page.locator('#count', { hasText: '1' }).waitFor()
  expect(clientsOf(`tally/${room}`)).toEqual([client])
  await page.close()
})

it('components of one render show the same version, also in a slow transition while versions come', async () => {
  const [ada, bob] = [await open('game'), await open('game')]
  for (let amount = 20; amount <= 100; amount += 20) {
    await ada.evaluate(() => window.play.slowly())
    // not without end: each version begins the transition anew
    for (let n = 0; n < 3; n++) await bob.evaluate(() => window.play.count())
    await ada.waitForFunction((wanted) => document.querySelectorAll('i.count').length === wanted, amount, {
      timeout: slowMs,
    })
  }
  await ada.locator('#count', { hasText: '15' }).waitFor({ timeout: slowMs })
  expect(await ada.evaluate(() => window.seen.torn)).toEqual([])
  await Promise.all([ada.close(), bob.close()])
})
