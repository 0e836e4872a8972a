import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InspectedGame } from './inspected-game.js'
import { launchBrowser } from './launch.js'

const token = 'token-of-the-actor'

let browser: Browser
let game: InspectedGame
let stranger: HttpServer
let context: BrowserContext
let own: Page
let strange: Page

const portOf = (server: HttpServer): number => (server.address() as AddressInfo).port

// another port of the same host is the same site: browsers send it the cookie, although it is strict
beforeAll(async () => {
  browser = await launchBrowser()
  game = await InspectedGame.start('tag', { auth: { act: token } })
  await game.join('/', 'Ada', true)
  stranger = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>a stranger</h1>'))
  await new Promise<void>((resolve) => stranger.listen(0, 'localhost', resolve))
  context = await browser.newContext()
  own = await context.newPage()
  await own.goto(`${game.url}/inspect/`)
  await own.getByLabel('Token').fill(token)
  await own.getByRole('button', { name: 'Log in' }).click()
  await own.getByRole('link', { name: 'Rooms' }).waitFor()
  strange = await context.newPage()
  await strange.goto(`http://localhost:${portOf(stranger)}/`)
})

afterAll(async () => {
  await browser?.close()
  await game?.stop()
  await new Promise((resolve) => (stranger === undefined ? resolve(undefined) : stranger.close(resolve)))
})

/** The status of the own page's session. */
const ownSession = (): Promise<number> =>
  own.evaluate(async () => (await fetch('session', { headers: { 'x-tygase-inspect': '1' } })).status)

describe('a page of another port of the same machine, with a login beside it', () => {
  it('cannot read an answer, whatever it sends with it', async () => {
    const ends = await strange.evaluate(async (url) => {
      const headers = { 'x-tygase-inspect': '1' }
      const inits: RequestInit[] = [
        {},
        { credentials: 'include' },
        { credentials: 'include', headers },
        { credentials: 'include', method: 'POST', body: '{}' },
        { credentials: 'include', method: 'POST', body: '{}', headers },
        { credentials: 'include', mode: 'no-cors' },
      ]
      const found: string[] = []
      for (const path of ['session', 'login', 'logout', 'recordings/x', '']) {
        for (const init of inits) {
          const end = fetch(`${url}/inspect/${path}`, init).then(
            (answer) => `${answer.type} ${answer.status}`,
            () => 'failed',
          )
          found.push(await end)
        }
      }
      return [...new Set(found)].sort()
    }, game.url)
    // an opaque answer has no status and no body that a page could read
    expect(ends.filter((end) => end !== 'failed' && end !== 'opaque 0')).toEqual([])
    expect(await ownSession()).toBe(200)
  })

  it('cannot open a socket, though the browser sends the cookie with it', async () => {
    const ends = await strange.evaluate(async (url) => {
      const open = (path: string): Promise<string> =>
        new Promise((resolve) => {
          const socket = new WebSocket(`${url.replace('http', 'ws')}/inspect/live/${path}`)
          socket.onopen = () => resolve('open')
          socket.onclose = ({ code }) => resolve(`closed ${code}`)
        })
      return Promise.all(['look/abcdefgh', 'dashboard/now'].map(open))
    }, game.url)
    expect(ends).toEqual(['closed 1006', 'closed 1006'])
  })

  it('cannot log in or out by a form, nor show the page in a frame', async () => {
    await strange.evaluate(async (url) => {
      for (const path of ['logout', 'login']) {
        const frame = Object.assign(document.createElement('iframe'), { name: path })
        const form = Object.assign(document.createElement('form'), { method: 'POST', target: path })
        form.action = `${url}/inspect/${path}`
        form.enctype = 'text/plain'
        document.body.append(frame, form)
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
        form.submit()
        await loaded
      }
      const shown = Object.assign(document.createElement('iframe'), { src: `${url}/inspect/`, id: 'shown' })
      const loaded = new Promise((resolve) => shown.addEventListener('load', resolve))
      document.body.append(shown)
      await loaded
    }, game.url)
    const texts = await Promise.all(
      strange.frames().map((frame) => frame.evaluate(() => document.body.textContent ?? '')),
    )
    for (const text of texts) expect(text).not.toMatch(/nonce|Token|Rooms/)
    expect(await ownSession()).toBe(200)
  })

  it('cannot load a script or a picture of it', async () => {
    const ends = await strange.evaluate(async (url) => {
      const load = (name: 'script' | 'img', src: string): Promise<string> =>
        new Promise((resolve) => {
          const part = Object.assign(document.createElement(name), { src })
          part.onload = () => resolve('loaded')
          part.onerror = () => resolve('failed')
          document.body.append(part)
        })
      return [await load('script', `${url}/inspect/session`), await load('img', `${url}/inspect/`)]
    }, game.url)
    expect(ends).toEqual(['failed', 'failed'])
    expect([...game.server.rooms.values()].every(({ machine }) => machine.running)).toBe(true)
  })
})
