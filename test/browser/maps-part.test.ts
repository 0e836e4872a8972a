import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename } from 'node:path'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { launchBrowser } from './launch.js'

// a page without a map of its own, as most pages are: they import the type of their game

const script = `
  import { connect } from '@tygase/client'
  window.played = connect('ws://' + location.host + '/').then(
    async (connection) => {
      await connection.waitUntil((state) => state.rows.size === 3)
      return [...connection.state.rows].map(([id, row]) => id + row.x).join()
    },
    (error) => [error.code, error.closeInfo?.code, error.message].join(' '),
  )
`

const game = defineGame({
  initialState: () => ({ rows: new EntityMap<{ x: number }>([['a', { x: 1 }]]) }),
  timeStep(state) {
    if (state.rows.size < 3) state.rows.set('abc'[state.rows.size]!, { x: state.rows.size + 1 })
  },
})

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
})

/** Opens the page. @param isWhole false: the file with the reader of maps is missing */
async function play(isWhole: boolean) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: script, resolveDir: `${root}/test` },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    conditions: ['@tygase/source', 'browser'],
    write: false,
    metafile: true,
    outdir: 'out',
  })
  const files = new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  const parts = imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => `/${basename(path)}`)
  const later = parts.find((path) => path.includes('maps-part'))!
  const unneeded = parts.find((path) => path.includes('arrays'))!
  if (!isWhole) files.delete(later)
  const asked: string[] = []
  const server = new Server({ game, logger: false })
  await server.run({
    requestListener: ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
      const text = url === '/' ? '<!doctype html><script type="module" src="/stdin.js"></script>' : files.get(url)
      asked.push(url)
      response.writeHead(text === undefined ? 404 : 200, {
        'content-type': url === '/' ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8',
      })
      response.end(text)
    },
  })
  const page = await browser.newPage()
  try {
    await page.goto(`http://localhost:${server.port}/`)
    const played = await page.evaluate(() => (window as unknown as { played: Promise<string> }).played)
    return { played, asked, later, unneeded }
  } finally {
    await page.close()
    await server.shutdown({ endSessions: true })
  }
}

it('a page without maps loads their reader once, and then has the state', async () => {
  const { played, asked, later, unneeded } = await play(true)
  expect(played).toBe('a1,b2,c3')
  expect(asked.filter((url) => url === later)).toEqual([later])
  expect(asked.indexOf(later)).toBeGreaterThan(asked.indexOf('/stdin.js'))
  // no array has changed
  expect(asked).not.toContain(unneeded)
})

it('a page whose reader of maps is missing says so', async () => {
  const { played } = await play(false)
  expect(played).toMatch(/^connect_refused internal_error .*a part of the page cannot be loaded/)
})
