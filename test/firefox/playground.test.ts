import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exampleNames } from '@tygase/playground/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { programPath, programs } from '../../scripts/programs.mjs'
import { PlaygroundSite, playedLinks } from '../browser/playground-site.js'

/** What is used of puppeteer-core, which drives Firefox over WebDriver BiDi. */
interface Page {
  goto(url: string): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
  waitForFunction(expression: string, options?: { timeout: number }): Promise<unknown>
  close(): Promise<void>
}

interface Browser {
  newPage(): Promise<Page>
  version(): Promise<string>
  close(): Promise<void>
}

interface Driver {
  launch(options: { browser: 'firefox'; executablePath: string; headless: boolean }): Promise<Browser>
}

const { version } = JSON.parse(
  readFileSync(new URL('../../packages/gamestate/package.json', import.meta.url), 'utf8'),
) as {
  version: string
}
const slow = { timeout: 120_000 }
let site: PlaygroundSite
let browser: Browser

beforeAll(async () => {
  site = await PlaygroundSite.start()
  const driver = join(process.env.DRIVER_MODULES ?? '', 'puppeteer-core/lib/esm/puppeteer/puppeteer-core.js')
  const { launch } = (await import(driver)) as Driver
  browser = await launch({ browser: 'firefox', executablePath: await programPath(programs.firefox), headless: true })
  console.log(`note: ${await browser.version()}`)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  site?.close()
})

it('is the same in Firefox as in Node: 24 links, to the last packet', async () => {
  const links = await playedLinks(version, exampleNames, [1, 2, 3, 4])
  expect(links).toHaveLength(24)
  for (const { name, fragment, fingerprint } of links) {
    const page = await browser.newPage()
    await page.goto(`${site.url}#${fragment}`)
    await page.waitForFunction('window.tygasePlayground?.status?.isReplay === true', slow)
    await page.evaluate("document.querySelector('#skip').click()")
    await page.waitForFunction("/^[✓✗]/.test(document.querySelector('#print').textContent)", slow)
    expect([name, await page.evaluate("document.querySelector('#print').textContent")]).toEqual([
      name,
      `✓ same run ${fingerprint}`,
    ])
    await page.close()
  }
})

it('a rule that never returns is ended in Firefox too, and the page goes on', async () => {
  const { examples, freshLink } = await import('@tygase/playground/testing')
  const { game, play } = examples.tag!.sources
  const spinning = game.replace(
    'timeStep(state, dt, ctx) {',
    'timeStep(state, dt, ctx) {\n    if (ctx.tick > 20) for (;;);',
  )
  const page = await browser.newPage()
  await page.goto(`${site.url}#${await freshLink('tag', { game: spinning, play })}`)
  await page.waitForFunction("document.querySelector('#gate').hidden === false", slow)
  await page.evaluate("document.querySelector('#run').click()")
  await page.waitForFunction("document.querySelector('#notice').textContent.includes('did not come back')", slow)
  await page.evaluate(`(() => {
    const select = document.querySelector('#example')
    select.value = 'four'
    select.dispatchEvent(new Event('change'))
  })()`)
  const all = "window.tygasePlayground.status?.clients.every(({ status }) => status === 'connected')"
  await page.waitForFunction(all, slow)
  await page.close()
})

it('rules in Firefox reach no storage and no network either', async () => {
  const { examples, freshLink } = await import('@tygase/playground/testing')
  const { game, play } = examples.tag!.sources
  const spy = `
const g: any = globalThis
const found: Record<string, string> = {}
const attempt = async (name: string, work: () => unknown) => {
  try {
    found[name] = 'got ' + String(await work())
  } catch (error) {
    found[name] = 'no'
  }
}
void attempt('fetch', () => g.fetch('${site.url}leak-fetch', { mode: 'no-cors' }))
void attempt('script', () => g.importScripts('${site.url}leak-script.js'))
void attempt('caches', () => g.caches.open('x'))
void attempt('socket', () => new Promise((resolve, reject) => {
  const socket = new g.WebSocket('${site.url.replace('http', 'ws')}leak-socket')
  socket.onopen = resolve
  socket.onerror = () => reject(new Error('refused'))
}))
void attempt('database', () => new Promise((resolve, reject) => {
  const request = g.indexedDB.open('x')
  request.onsuccess = resolve
  request.onerror = () => reject(new Error('refused'))
}))
`
  const spying = play
    .replace("import { definePlay } from '@tygase/playground'", (line) => `${line}\n${spy}`)
    .replace('draw(pen, {', 'draw() { throw new Error(JSON.stringify(found)) },\n  never(pen: any, {')
  const page = await browser.newPage()
  await page.goto(`${site.url}#${await freshLink('tag', { game, play: spying })}`)
  await page.waitForFunction("document.querySelector('#gate').hidden === false", slow)
  await page.evaluate("document.querySelector('#run').click()")
  await page.waitForFunction(
    "window.tygasePlayground.status?.problems.some((text) => text.includes('database') && text.includes('socket'))",
    slow,
  )
  const problems = (await page.evaluate('window.tygasePlayground.status.problems')) as string[]
  const found = JSON.parse(problems.find((text) => text.startsWith('draw: '))!.slice(6)) as Record<string, string>
  expect(found).toEqual({ fetch: 'no', script: 'no', caches: 'no', socket: 'no', database: 'no' })
  expect(site.strangeRequests.filter((path) => !path.endsWith('favicon.ico'))).toEqual([])
  await page.close()
})
