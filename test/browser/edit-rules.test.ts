import type { Connection } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DevGame } from './dev-game.js'
import { launchBrowser } from './launch.js'
import { RunningProcess } from './program.js'

declare global {
  interface Window {
    /** That of the page, put there by this test. */
    readonly connection: Connection<AnyGame>
    /** Gone if the page is loaded again. */
    isMarked?: true
  }
}

type Row = Readonly<Record<string, unknown>>

const rules = 'src/game.ts'
const beginOfRound = 'state.players.editEach((player) => {'
let game: DevGame
let vite: RunningProcess
let browser: Browser
let pages: Page[]
let ids: string[]

beforeAll(async () => {
  game = await DevGame.create('canvas', 'edit-rules')
  game.edit('src/page.ts', 'const drawing =', 'Object.assign(window, { connection })\nconst drawing =')
  const plain = { NO_COLOR: '1', FORCE_COLOR: '0' }
  const args = [game.bin('vite'), '--port', '0', '--strictPort']
  vite = new RunningProcess(process.execPath, args, plain, { cwd: game.folder })
  const [, url] = await vite.printed(/Local:\s+(http:\S+)/)
  browser = await launchBrowser()
  pages = await Promise.all(['Ada', 'Bob', 'Cy'].map((name) => openPage(`${url}?name=${name}`)))
  ids = await Promise.all(pages.map((page) => page.evaluate(() => window.connection.clientId)))
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await vite?.end()
})

async function openPage(url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  await page.waitForFunction(() => window.connection !== undefined, undefined, { polling: 100 })
  await page.evaluate(() => {
    window.isMarked = true
  })
  return page
}

/** All rows of players, as the newest version of a page has them. */
function rowsOf(page: Page): Promise<Record<string, Row>> {
  return page.evaluate(() => Object.fromEntries([...window.connection.state.players]) as Record<string, Row>)
}

/** Waits until each page has each player with a value. */
async function waitForAll(field: string, value: unknown): Promise<void> {
  for (const page of pages) {
    await page.waitForFunction(
      ([name, wanted]) => [...window.connection.state.players.values()].every((row: Row) => row[name] === wanted),
      [field, value] as const,
      { polling: 100 },
    )
  }
}

async function expectSameSessions(): Promise<void> {
  for (const [place, page] of pages.entries()) {
    const now = await page.evaluate(() => {
      const { clientId, status } = window.connection
      return { clientId, status, isMarked: window.isMarked }
    })
    expect(now).toEqual({ clientId: ids[place], status: 'connected', isMarked: true })
  }
}

it('other rules go on in the room that runs: its three clients keep their pages, sessions and rows', async () => {
  await pages[0]!.waitForFunction(() => window.connection.state.players.size === 3, undefined, { polling: 100 })
  const before = await rowsOf(pages[0]!)
  expect(Object.keys(before).sort()).toEqual([...ids].sort())
  game.edit(rules, beginOfRound, `${beginOfRound}\n      player.score = 41`)
  await waitForAll('score', 41)
  await expectSameSessions()
  const after = await rowsOf(pages[1]!)
  for (const id of ids) expect(after[id]).toMatchObject({ name: before[id]!.name, hue: before[id]!.hue })
  // the pages run the new rules ahead as well
  for (const page of pages) {
    const isAhead = await page.evaluate(() => {
      const { predicted, clientId } = window.connection
      return predicted.players.get(clientId).score === 41
    })
    expect(isAhead).toBe(true)
  }
})

it('rules that cannot be read are shown in the page, and the old ones go on', async () => {
  game.edit(rules, 'player.score = 41', 'player.score = = 41')
  const [page] = pages
  const panel = page!.locator('tygase-problem section')
  await panel.waitFor()
  expect(await panel.textContent()).toContain('the old ones go on')
  await expectSameSessions()
  game.edit(rules, 'player.score = = 41', 'player.score = 42')
  await waitForAll('score', 42)
  await panel.waitFor({ state: 'detached' })
  await expectSameSessions()
})

it('a state that no longer fits is shown in the page, with a button that begins the game anew', async () => {
  game.edit(rules, 'const look = { name,', 'const look = { name, lives: 3,')
  const [page] = pages
  const panel = page!.locator('tygase-problem section')
  await panel.waitFor()
  expect(await panel.textContent()).toContain('players.*.lives is missing')
  await panel.getByRole('button', { name: 'anew' }).click()
  await waitForAll('lives', 3)
  await panel.waitFor({ state: 'detached' })
  await expectSameSessions()
})

it('a rule that fails is shown with its line', async () => {
  game.edit(
    rules,
    'player.score = 42',
    "player.score = 42\n      if (player.name === 'Cy') throw new Error('no luck for Cy')",
  )
  const panel = pages[0]!.locator('tygase-problem section')
  await panel.waitFor()
  await expect.poll(() => panel.textContent()).toMatch(/no luck for Cy[\s\S]*src\/game\.ts:\d+/)
  await expectSameSessions()
  game.edit(rules, "\n      if (player.name === 'Cy') throw new Error('no luck for Cy')", '')
  await panel.waitFor({ state: 'detached' })
})

it('rules with another tick rate need a room that begins anew: the pages are loaded again when the button is pressed', async () => {
  game.edit(rules, 'tickRate: 30', 'tickRate: 25')
  const panel = pages[0]!.locator('tygase-problem section')
  await panel.waitFor()
  await expectSameSessions()
  await panel.getByRole('button', { name: 'anew' }).click()
  for (const page of pages) {
    await page.waitForFunction(() => window.connection?.tickRate === 25 && window.isMarked === undefined, undefined, {
      polling: 100,
    })
  }
})
