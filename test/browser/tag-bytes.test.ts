import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Server } from '@tygase/server'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { writePageFiles } from '../docs/page-files.js'
import { launchBrowser } from './launch.js'

/**
 * The most that a page may have loaded after 10 s of Tag, minified and with gzip, in bytes. 10 kB of it read maps; 0.3 kB of these
 * make that faster, and let tables share what they hold. 1 kB answers the server when it asks whether the replica is right.
 * 0.2 kB open a transport to the process that goes on with the room, and 0.6 kB follow a server that sends the page on:
 * they are there before they are needed, since a deploy may take the files of this version of the page away.
 */
const maxTagBytes = 43_730

/** A page that plays the Tag of the guide, and has nothing of it but the type. It steers to the others, so that discs touch. */
const script = `
  import { connect } from '@tygase/client'
  async function play() {
    const connection = await connect('ws://PLACE')
    const seen = { acks: 0, tagged: 0, drawn: 0 }
    connection.registerEventHandler('tagged', () => void seen.tagged++)
    const first = connection.version
    const timer = setInterval(() => {
      const { players } = connection.between(100).to
      const own = players.get(connection.clientId)
      const other = [...players].find(([id]) => id !== connection.clientId)?.[1]
      if (own === undefined || other === undefined) return
      seen.drawn++
      const data = { dx: other.x - own.x, dy: other.y - own.y }
      connection.dispatchEvent('steer', data, { retries: 3, replace: true, onAck: () => void seen.acks++ })
    }, 100)
    await connection.waitUntil(() => connection.version >= first + TICKS && seen.tagged > 0, { timeoutMs: Infinity })
    return {
      seen,
      async leave() {
        clearInterval(timer)
        await connection.disconnect()
      },
    }
  }
  window.played = play()
`

interface PlayingWindow {
  readonly played: Promise<{ readonly seen: Readonly<Record<string, number>>; leave(): Promise<void> }>
}

let server: Server
let browser: Browser
const ends: (() => unknown)[] = []

beforeAll(async () => {
  const folder = await writePageFiles('docs/guides/small-tag.md', 'bytes', (_, code) =>
    code.replace('port: 8080', 'port: 0'),
  )
  server = ((await import(join(folder, 'server.ts'))) as { server: Server }).server
  ends.push(() => server.shutdown({ endSessions: true }))
  browser = await launchBrowser()
  ends.push(() => browser.close())
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

it(`10 s of Tag with events both ways load at most ${maxTagBytes / 1000} kB`, async () => {
  const ticks = 300 // 10 s
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: script.replace('PLACE', `localhost:${server.port}`).replace('TICKS', String(ticks)),
      resolveDir: `${root}/test`,
    },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['@tygase/source', 'browser'],
    write: false,
    metafile: true,
    outdir: 'out',
  })
  const files = new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
  const asked = new Set<string>()
  const host = createServer((request, response) => {
    const { url = '/' } = request
    const text =
      url === '/' ? '<!doctype html><title>Tag</title><script type="module" src="/stdin.js"></script>' : files.get(url)
    if (files.has(url)) asked.add(url)
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': url === '/' ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8',
    })
    response.end(text)
  })
  await new Promise<void>((resolve) => host.listen(0, 'localhost', resolve))
  ends.push(() => host.close())
  const address = `http://localhost:${(host.address() as AddressInfo).port}/`
  // a context each: pages of one context in the background have slow timers
  const pages = await Promise.all([0, 1].map(async () => (await browser.newContext()).newPage()))
  for (const page of pages) await page.goto(address)
  const played = pages.map((page) =>
    page.evaluate(async () => (await (window as unknown as PlayingWindow).played).seen),
  )
  for (const seen of await Promise.all(played)) {
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0)
  }
  // not before both have seen all: a slow page that is alone is never tagged
  for (const page of pages) await page.evaluate(async () => (await (window as unknown as PlayingWindow).played).leave())
  const sizeOf = (paths: Iterable<string>): number =>
    [...paths].reduce((bytes, path) => bytes + gzipSync(files.get(path)!, { level: 9 }).length, 0)
  const first = firstFiles(metafile.outputs, 'out/stdin.js').map((path) => `/${basename(path)}`)
  const later = [...files.keys()].filter((path) => !asked.has(path))
  const [atFirst, all, rest] = [sizeOf(first), sizeOf(asked), sizeOf(later)].map((bytes) => (bytes / 1000).toFixed(1))
  console.log(
    `note: Tag by esbuild (kB, gzip): at first ${atFirst}, after 10 s ${all}, later parts ${rest}. ` +
      "Beside it: SpacetimeDB's SDK 24.5, socket.io-client 13.1, @colyseus/sdk 53.8",
  )
  expect(sizeOf(asked)).toBeLessThanOrEqual(maxTagBytes)
})

type Outputs = Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string }[] }>

/** The files that a page loads at once: itself, and what it imports. */
function firstFiles(outputs: Outputs, path: string, known = new Set<string>()): string[] {
  if (known.has(path)) return [...known]
  known.add(path)
  for (const { path: next, kind } of outputs[path]!.imports) {
    if (kind === 'import-statement') firstFiles(outputs, next, known)
  }
  return [...known]
}
