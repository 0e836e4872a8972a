import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename } from 'node:path'
import type { CloseInfo } from '@tygase/protocol'
import { type Client, Server } from '@tygase/server'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { launchBrowser } from './launch.js'
import { points } from './points-game.js'

// reloads, copies of tabs and a game that moves from a page to a server, as a browser does them

/** A page that is in the game of its server. */
const joins = `
  import { connect } from '@tygase/client'
  import { points } from './points-game.js'
  window.playing = connect('ws://' + location.host + '/points/1', { game: points })
`

/** A page that begins alone, with a server of its own, and invites a friend. */
const begins = `
  import { connect } from '@tygase/client'
  import { Server } from '@tygase/server'
  import { points } from './points-game.js'
  const server = new Server({ game: points, logger: false })
  window.playing = server.run({ port: false }).then(() => connect(server, { game: points }))
  window.invite = async () => {
    const connection = await window.playing
    const bytes = await server.room.export()
    const answer = await fetch('/import', { method: 'POST', body: bytes })
    if (!answer.ok) throw new Error(await answer.text())
    connection.moveTo('ws://' + location.host + '/points/1')
  }
`

interface Playing {
  readonly clientId: string
  readonly status: string
  readonly state: { readonly players: { get(id: string): { points: number } | undefined; readonly size: number } }
  request(name: 'score', points: number): Promise<number>
  waitUntil(predicate: (state: unknown) => boolean, options: { timeoutMs: number }): Promise<unknown>
}

interface PlayingPage {
  readonly playing: Promise<Playing>
  readonly invite: () => Promise<void>
}

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
})

async function filesOf(script: string): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: `${root}/test/browser` },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@tygase/source', 'browser'],
    write: false,
    outdir: 'out',
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
}

/** A server of the game with pages at `/` and `/alone`, and what its hooks have heard. */
async function serve(work: (stage: { address: string; calls: string[]; server: Server }) => Promise<void>) {
  const files = new Map([...(await filesOf(joins))].map(([path, text]) => [path, text]))
  const alone = new Map([...(await filesOf(begins))].map(([path, text]) => [`/alone${path}`, text]))
  const all = new Map([...files, ...alone])
  const calls: string[] = []
  const server = new Server({ logger: false })
  server.define('points', points, {
    onJoin: ({ id }: Client) => void calls.push(`join ${id}`),
    onLeave: ({ id }: Client, info: CloseInfo | undefined) => void calls.push(`leave ${id} ${info?.code}`),
  })
  const page = (path: string): string => `<!doctype html><script type="module" src="${path}stdin.js"></script>`
  const requestListener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '/' } = request
    if (url === '/import') {
      const parts: Uint8Array[] = []
      for await (const part of request) parts.push(part)
      try {
        await server.import(new Uint8Array(Buffer.concat(parts)), { kind: 'points', id: '1' })
        response.end('ok')
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
      return
    }
    const text = url === '/' ? page('/') : url === '/alone' ? page('/alone/') : all.get(url)
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': url.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8',
    })
    response.end(text)
  }
  await server.run({ requestListener })
  try {
    await work({ address: `http://localhost:${server.port}`, calls, server })
  } finally {
    await server.shutdown({ endSessions: true })
  }
}

/** @returns the client of a page, once it is in the game */
async function clientOf(page: Page): Promise<string> {
  await page.waitForFunction(() => 'playing' in window)
  return page.evaluate(async () => (await (window as unknown as PlayingPage).playing).clientId)
}

function score(page: Page, by: number): Promise<number> {
  return page.evaluate(async (more) => (await (window as unknown as PlayingPage).playing).request('score', more), by)
}

describe('a page that is loaded again in the middle of a match', () => {
  it('is the same player, each time', async () => {
    await serve(async ({ address, calls }) => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(address)
      const id = await clientOf(page)
      expect(await score(page, 3)).toBe(3)
      for (let total = 5; total < 9; total += 2) {
        await page.reload()
        expect(await clientOf(page)).toBe(id)
        expect(await score(page, 2)).toBe(total)
      }
      expect(calls).toEqual([`join ${id}`])
      await context.close()
    })
  })

  it('is another player than the copy of its tab, and both stay who they are', async () => {
    await serve(async ({ address, calls }) => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(address)
      const id = await clientOf(page)
      // a page that another one opens gets a copy of its storage, as the copy of a tab does
      const [copy] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate(() => void window.open(window.location.href)),
      ])
      const other = await clientOf(copy)
      expect(other).not.toBe(id)
      expect(await score(page, 1)).toBe(1)
      expect(await score(copy, 10)).toBe(10)
      await Promise.all([page.reload(), copy.reload()])
      expect([await clientOf(page), await clientOf(copy)]).toEqual([id, other])
      expect(await score(copy, 10)).toBe(20)
      expect(calls).toEqual([`join ${id}`, `join ${other}`])
      await context.close()
    })
  })
})

describe('a game that a page has begun alone', () => {
  it('goes on at a server with a friend, and is there after a reload', async () => {
    await serve(async ({ address, calls, server }) => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`${address}/alone`)
      const id = await clientOf(page)
      expect(await score(page, 7)).toBe(7)
      await page.evaluate(() => (window as unknown as PlayingPage).invite())
      expect(await score(page, 1)).toBe(8)
      expect(await clientOf(page)).toBe(id)
      const friend = await (await browser.newContext()).newPage()
      await friend.goto(address)
      const friendId = await clientOf(friend)
      expect(await score(friend, 2)).toBe(2)
      const seen = await page.evaluate(async (other) => {
        const { playing } = window as unknown as PlayingPage
        const connection = await playing
        await connection.waitUntil(() => connection.state.players.get(other)?.points === 2, { timeoutMs: 60_000 })
        return connection.state.players.size
      }, friendId)
      expect(seen).toBe(2)
      expect(calls).toEqual([`join ${friendId}`])
      expect(server.rooms.get('points/1')?.clients.size).toBe(2)
      // the page at the server's address knows that it is the one that has moved there
      await page.goto(address)
      expect(await clientOf(page)).toBe(id)
      expect(await score(page, 1)).toBe(9)
      await context.close()
    })
  })
})
