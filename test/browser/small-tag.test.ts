import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Server } from '@tygase/server'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writePageFiles } from '../docs/page-files.js'
import { launchBrowser } from './launch.js'

type Scene = { readonly players: ReadonlyMap<string, { readonly x: number }>; readonly it: string }

declare global {
  interface Window {
    /** What the page's code has drawn last. */
    readonly drawn: { readonly scene: Scene; readonly me: string } | undefined
  }
}

/** In place of the page's own drawing: keeps what there is to draw. */
const drawing = 'export const draw = (scene, me) => { window.drawn = { scene, me } }'

let server: Server
let browser: Browser
let url: string
const ends: (() => unknown)[] = []

beforeAll(async () => {
  // the ports of this machine may be in use
  const folder = await writePageFiles('docs/guides/small-tag.md', 'browser', (file, code) =>
    file === 'draw.ts' ? drawing : code.replace('port: 8080', 'port: 0').replaceAll('localhost:8080', 'PLACE'),
  )
  server = ((await import(join(folder, 'server.ts'))) as { server: Server }).server
  ends.push(() => server.shutdown({ endSessions: true }))
  const options = { bundle: true, write: false as const, format: 'esm' as const }
  const conditions = ['@tygase/source', 'browser']
  const { outputFiles } = await build({ ...options, conditions, entryPoints: [join(folder, 'client.ts')] })
  const script = outputFiles[0]!.text.replaceAll('PLACE', `localhost:${server.port}`)
  const page = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>Tag</title><script type="module">${script}</script>`)
  })
  await new Promise<void>((resolve) => page.listen(0, 'localhost', resolve))
  ends.push(() => page.close())
  url = `http://localhost:${(page.address() as AddressInfo).port}/`
  browser = await launchBrowser()
  ends.push(() => browser.close())
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

it('the small Tag of the page runs in a browser: keys move the own disc on both screens', async () => {
  const pages = [await browser.newPage(), await browser.newPage()]
  for (const page of pages) {
    await page.goto(url)
    await page.waitForFunction(() => window.drawn?.scene.players.has(window.drawn.me))
  }
  const [ada, bob] = pages
  await ada!.waitForFunction(() => window.drawn?.scene.players.size === 2)
  const { me, x } = await ada!.evaluate(() => {
    const { scene, me } = window.drawn!
    return { me, x: scene.players.get(me)!.x }
  })
  await ada!.bringToFront()
  await ada!.keyboard.down(x < 800 ? 'ArrowRight' : 'ArrowLeft')
  for (const page of pages) {
    await page.bringToFront()
    await page.waitForFunction(([id, before]) => Math.abs(window.drawn!.scene.players.get(id)!.x - before) > 40, [
      me,
      x,
    ] as const)
  }
  expect(await bob!.evaluate(() => window.drawn!.scene.it)).toBe(server.store.state.it)
})
