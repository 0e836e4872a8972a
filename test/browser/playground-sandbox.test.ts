import { exampleNames, examples, freshLink, type Status } from '@tygase/playground/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { launchBrowser } from './launch.js'
import { PlaygroundSite } from './playground-site.js'

let site: PlaygroundSite
let browser: Browser

beforeAll(async () => {
  site = await PlaygroundSite.start()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  site?.close()
})

const { game, play } = examples[exampleNames.find((name) => name === 'tag')!]!.sources
const statusOf = (page: Page): Promise<Status | undefined> => page.evaluate(() => window.tygasePlayground?.status)

/** Opens a link with rules of a stranger. The page itself keeps a secret. */
async function openStrange(sources: { game?: string; play?: string }): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(site.url)
  await page.evaluate(() => localStorage.setItem('secret', 'of the page'))
  await page.context().addCookies([{ name: 'secret', value: '1', url: site.url }])
  await page.goto('about:blank')
  await page.goto(`${site.url}#${await freshLink('tag', { game, play, ...sources })}`)
  await page.getByRole('heading', { name: 'A game from a link' }).waitFor()
  return page
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
}

/** Code that tries each way out, and draws what came of it: an error of `draw` is shown in the page. */
const attempts = (url: string): string => `
const g: any = globalThis
const found: Record<string, string> = {}
async function attempt(name: string, work: () => unknown) {
  try {
    const value = await work()
    found[name] = value === undefined ? 'undefined' : 'got ' + String(value).slice(0, 40)
  } catch (error) {
    found[name] = 'no: ' + (error as Error).name
  }
}
void attempt('localStorage', () => g.localStorage)
void attempt('cookie', () => g.document)
void attempt('indexedDB', () => new Promise((resolve, reject) => {
  const request = g.indexedDB.open('x')
  request.onsuccess = () => resolve('a database')
  request.onerror = () => reject(new Error('refused'))
}))
void attempt('caches', () => g.caches.open('x'))
void attempt('parent', () => g.parent)
void attempt('top', () => g.top)
void attempt('opener', () => g.opener)
void attempt('fetch', () => g.fetch('${url}leak-fetch', { mode: 'no-cors' }))
void attempt('request', () => new Promise((resolve, reject) => {
  const request = new g.XMLHttpRequest()
  request.onload = () => resolve('an answer')
  request.onerror = () => reject(new Error('refused'))
  request.open('GET', '${url}leak-request')
  request.send()
}))
void attempt('socket', () => new Promise((resolve, reject) => {
  const socket = new g.WebSocket('${url.replace('http', 'ws')}leak-socket')
  socket.onopen = () => resolve('a socket')
  socket.onerror = () => reject(new Error('refused'))
}))
void attempt('events', () => new Promise((resolve, reject) => {
  const events = new g.EventSource('${url}leak-events')
  events.onopen = () => resolve('events')
  events.onerror = () => reject(new Error('refused'))
}))
void attempt('script', () => g.importScripts('${url}leak-script.js'))
void attempt('module', () => g.eval('import("${url}leak-module.js")'))
void attempt('font', () => new g.FontFace('leak', 'url(${url}leak-font)').load())
void attempt('worker', () => new Promise((resolve, reject) => {
  const worker = new g.Worker('${url}leak-worker.js')
  worker.onmessage = () => resolve('a worker')
  worker.onerror = () => reject(new Error('refused'))
}))
void attempt('origin', () => g.origin)
`

it('rules of a link run when "Run" is pressed, and reach no storage, no page and no network', async () => {
  const strange = play.replace(
    "import { definePlay } from '@tygase/playground'",
    (line) => `${line}\n${attempts(site.url)}`,
  )
  const spying = strange.replace(
    'draw(pen, {',
    'draw() { throw new Error(JSON.stringify(found)) },\n  never(pen: any, {',
  )
  const page = await openStrange({ play: spying })
  expect((await statusOf(page))?.problems ?? []).toEqual([])
  await run(page)
  await page.waitForFunction(() =>
    window.tygasePlayground.status?.problems.some((text) => text.includes('worker') && text.includes('socket')),
  )
  const { problems } = (await statusOf(page))!
  const found = JSON.parse(problems.find((text) => text.startsWith('draw: '))!.slice(6)) as Record<string, string>
  console.log(`note: what a stranger's rules found: ${JSON.stringify(found)}`)
  const { origin, ...rest } = found
  expect(origin).toBe('got null')
  expect(Object.keys(rest).length).toBeGreaterThanOrEqual(15)
  expect(Object.entries(rest).filter(([, text]) => text !== 'undefined' && !text.startsWith('no: '))).toEqual([])
  expect(site.strangeRequests).toEqual([])
  await page.context().close()
})

it('the frame itself has an opaque origin: no storage, no way into the page, no requests', async () => {
  const page = await openStrange({ game: `${game}\n// of a stranger` })
  await run(page)
  await page.waitForFunction(() => window.tygasePlayground.status !== undefined)
  const frame = page.frames().find((each) => each.parentFrame() !== null)!
  const found = await frame.evaluate(async (url) => {
    const answers: Record<string, string> = {}
    const attempts: Record<string, () => unknown> = {
      storage: () => localStorage.getItem('secret'),
      cookie: () => document.cookie,
      parent: () => parent.document.title,
      top: () => {
        top!.location.href = 'about:blank'
      },
      popup: () => open('about:blank')!.closed,
      fetch: () => fetch(`${url}leak-frame`, { mode: 'no-cors' }),
      picture: () =>
        new Promise((resolve, reject) => {
          const image = new Image()
          image.onload = resolve
          image.onerror = () => reject(new Error('refused'))
          image.src = `${url}leak-picture`
        }),
      script: () =>
        new Promise((resolve, reject) => {
          const script = document.createElement('script')
          script.onload = resolve
          script.onerror = () => reject(new Error('refused'))
          script.src = `${url}leak-script.js`
          document.head.append(script)
        }),
    }
    for (const [name, attempt] of Object.entries(attempts)) {
      try {
        answers[name] = `got ${await attempt()}`
      } catch (error) {
        answers[name] = `no: ${(error as Error).name}`
      }
    }
    return { origin: self.origin, answers }
  }, site.url)
  expect(found.origin).toBe('null')
  expect(Object.entries(found.answers).filter(([, text]) => !text.startsWith('no: '))).toEqual([])
  expect(page.url()).toContain('playground')
  expect(site.strangeRequests).toEqual([])
  await page.context().close()
})

const endless: [string, Parameters<typeof openStrange>[0]][] = [
  [
    'a rule',
    {
      game: game.replace('timeStep(state, dt, ctx) {', 'timeStep(state, dt, ctx) {\n    if (ctx.tick > 20) for (;;);'),
    },
  ],
  ['the first line of the rules', { game: `for (;;);\n${game}` }],
  ['the drawing', { play: play.replace("pen.fillStyle = '#121a33'", 'for (;;);') }],
]

it.each(often(endless.slice(0, 1), endless))(
  '%s that never returns does not stop the page, and is ended',
  async (_, sources) => {
    const page = await openStrange(sources)
    await run(page)
    // the page answers while the worker spins
    for (let round = 0; round < 5; round++) expect(await page.evaluate(() => document.title)).toContain('Playground')
    await expect
      .poll(() => page.getByRole('alert').textContent(), { timeout: 120_000 })
      .toContain('did not come back within four seconds')
    await page.locator('#example').selectOption('four')
    await page.waitForFunction(() =>
      window.tygasePlayground.status?.clients.every(({ status }) => status === 'connected'),
    )
    await page.context().close()
  },
)

it('a worker that says whatever it likes changes nothing but what is shown, and a flood of it is ended', async () => {
  const lies = `
const g: any = globalThis
g.postMessage({ kind: 'failed', message: { toString: 'x' } })
g.postMessage({ kind: 'tree', version: 1, text: '<img src=x onerror=alert(1)>' })
g.postMessage({ kind: 'failed', message: '<img src=x onerror="document.title=1">' })
g.postMessage('eval')
g.postMessage(null)
`
  const page = await openStrange({ game: `${game}\n${lies}` })
  await run(page)
  await page.waitForFunction(() => window.tygasePlayground.status !== undefined)
  expect(await page.getByRole('alert').textContent()).toBe('<img src=x onerror="document.title=1">')
  expect(await page.locator('#notice img, #tree img').count()).toBe(0)
  expect(await page.title()).toContain('Playground')
  await page.context().close()

  const flooding = await openStrange({ game: `${game}\nfor (;;) (globalThis as any).postMessage({ kind: 'done' })` })
  await run(flooding)
  await expect
    .poll(() => flooding.getByRole('alert').textContent(), { timeout: 120_000 })
    .toContain('did not come back')
  await flooding.context().close()
})
