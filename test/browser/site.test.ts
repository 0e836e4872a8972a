import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { base, fileBehind, questions, siteFolder } from '../site/site-files.js'
import { often } from '../support/effort.js'
import { launchBrowser } from './launch.js'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

let browser: Browser
let url: string
const ends: (() => unknown)[] = []

beforeAll(async () => {
  // files alone, below a path: as a host of static pages serves them
  const server = createServer(async ({ url: address = '/' }, response) => {
    const file = fileBehind(new URL(address, 'http://site').pathname)
    const body = await readFile(join(siteFolder, file ?? '404.html'))
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': types[extname(file ?? '.html')] ?? 'application/octet-stream',
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  ends.push(() => server.close())
  url = `http://localhost:${(server.address() as AddressInfo).port}${base}`
  browser = await launchBrowser()
  ends.push(() => browser.close())
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

interface Opened {
  page: Page
  /** Errors of the page, and requests that left the site. */
  faults: string[]
}

async function open(path: string, viewport = { width: 1280, height: 800 }): Promise<Opened> {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    // that a machine is slow is not a fault of the page
    const isAboutMachine = /^tygase: (?:ticks were dropped|prediction is slow)/.test(message.text())
    if (/^(?:error|warning)$/.test(message.type()) && !isAboutMachine) faults.push(message.text())
  })
  page.on('pageerror', (error) => void faults.push(String(error)))
  page.on('request', (request) => {
    const address = request.url()
    if (!address.startsWith(url) && !/^(?:data|blob):/.test(address)) faults.push(`a request to ${address}`)
  })
  await page.goto(url + path, { waitUntil: 'networkidle' })
  return { page, faults }
}

describe('the site in a browser', () => {
  it.each(often(questions.slice(0, 2), questions))('answers "%s" in its search box', async (question, answers) => {
    const { page, faults } = await open('start.html')
    const box = page.locator('#localsearch-input')
    // the page hears the keys once its code runs
    const opens = async (): Promise<boolean> => {
      if (!(await box.isVisible())) await page.keyboard.press('ControlOrMeta+k')
      return box.isVisible()
    }
    await expect.poll(opens).toBe(true)
    await box.fill(question)
    const results = page.locator('#localsearch-list a.result')
    await results.nth(2).waitFor()
    const found = await results.evaluateAll((links) => links.slice(0, 3).map((link) => link.getAttribute('href') ?? ''))
    const isAnswer = (href: string) => answers.some((answer) => href.replace(/#.*$/, '') === base + answer)
    expect(found.filter(isAnswer).length, found.join(' ')).toBeGreaterThan(0)
    await results.nth(found.findIndex(isAnswer)).click()
    await page.waitForURL((address) => isAnswer(address.pathname))
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('lets its reader play on the front page: a key moves the own disc', async () => {
    const { page, faults } = await open('')
    const play = page.locator('.live-middle button', { hasText: /^Play$/ })
    await play.click()
    const stage = page.locator('.live-stage.plays[data-place]')
    const placeOf = async () => (await stage.getAttribute('data-place'))!.split(' ').map(Number)
    const [x = 0] = await placeOf()
    const scrolled = await page.evaluate(() => window.scrollY)
    // away from the nearer wall, and down, which would scroll a page
    await page.keyboard.down(x < 800 ? 'ArrowRight' : 'ArrowLeft')
    await page.keyboard.down('ArrowDown')
    await page.waitForFunction((before) => {
      const place = document.querySelector<HTMLElement>('.live-stage')?.dataset.place ?? ''
      return Math.abs(Number(place.split(' ')[0]) - before) > 60
    }, x)
    expect(await page.evaluate(() => window.scrollY)).toBe(scrolled)
    expect(await page.locator('.live-bar output').textContent()).toMatch(/^1 server, 8 clients in this tab/)
    expect(faults).toEqual([])
    await page.context().close()
  })

  const somePages = ['', 'guides/rooms.html', 'reference/important-defaults.html']
  const morePages = ['start.html', 'api/client.html', 'errors/connect_timeout/']
  it.each(often(somePages, [...somePages, ...morePages]))('fits a phone: /%s', async (path) => {
    const { page, faults } = await open(path, { width: 390, height: 844 })
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wider).toBeLessThanOrEqual(0)
    expect(faults).toEqual([])
    await page.context().close()
  })
})
