import { type Connection, connect } from '@tygase/client'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { createHttp } from '@tygase/http'
import { createInspector } from '@tygase/inspect'
import { Server } from '@tygase/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, openPage, picture, type WatchedPage } from './inspected-game.js'
import { launchBrowser } from './launch.js'

/** For a busy machine: usually no step waits so long. */
const soon = { timeout: 60_000 }
const story = '“Once”\n'.repeat(60)

const initialState = () => ({
  count: 1,
  broken: Number.NaN,
  key: new Uint8Array([1, 2, 3]),
  story,
  plan: { door: 'gate', at: [1, 2], names: { first: 'Ada' } },
  list: ['a', 'b'],
  empty: new EntityMap<{ x: number }>(),
  rows: new EntityMap(Array.from({ length: 300 }, (_, id) => [id, { x: id }] as [number, { x: number }])),
})
type State = ReturnType<typeof initialState>

/** Values of all kinds, a rule that fails, and a part that clients do not see. Its ticks change nothing by themselves. */
const vault = defineGame({
  initialState,
  tickRate: 20,
  timeStep: (_state, _dt, { tick }) => {
    if (isBroken && tick % 2 === 0) throw new Error('the hinge is broken')
  },
  view: (state) => ({ ...state, story: '' }),
  events: (on) => ({ knock: on((state) => void state.count++) }),
})
let isBroken = false

let browser: Browser
let server: Server
let players: Connection[]
let watched: WatchedPage
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  server = new Server({ logger: false }).define('vault', vault) as unknown as Server
  const inspector = createInspector(server, { logger: false })
  await server.run({ port: 0, requestListener: createHttp({ routes: inspector.routes }).requestListener })
  players = []
  for (let turn = 0; turn < 2; turn++)
    players.push((await connect(`ws://localhost:${server.port}/vault/one`, { logger: false })) as Connection)
  watched = await openPage(browser, { url: `http://localhost:${server.port}` }, '/inspect/#/rooms/vault/one', {
    viewport: desktop,
  })
  page = watched.page
  await page.getByRole('heading', { name: 'vault/one' }).waitFor()
  await page.getByRole('button', { name: 'Edit count' }).waitFor({ state: 'attached' })
})

afterAll(async () => {
  await browser?.close()
  for (const player of players ?? []) await player.disconnect()
  await server?.shutdown({ endSessions: true, drainMs: 0 })
})

const room = () => server.rooms.get('vault/one')!
const state = () => room().store.state as unknown as State
const field = (path: string) => page.getByLabel(`New value of ${path}`)
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

describe('an edited value', () => {
  it.each(['count', 'broken', 'story'])('is not sent if %s was not changed', async (path) => {
    const { version } = room().store
    await press(`Edit ${path}`)
    await expect.poll(() => field(path).count(), soon).toBe(1)
    await press('Set')
    await expect.poll(() => field(path).count(), soon).toBe(0)
    expect(room().store.version).toBe(version)
  })

  it('begins with the whole text, however long', async () => {
    await press('Edit story')
    await expect.poll(() => field('story').count(), soon).toBe(1)
    expect(JSON.parse(await field('story').inputValue())).toBe(story)
    expect(await picture(watched, 'edit-story')).toBe(true)
    await field('story').fill(JSON.stringify(`${story}the end`))
    await press('Set')
    await expect.poll(() => state().story, soon).toBe(`${story}the end`)
    await press('Undo')
    await expect.poll(() => state().story, soon).toBe(story)
  })

  it('may be a number that JSON does not have', async () => {
    await press('Edit count')
    await field('count').fill('-Infinity')
    await press('Set')
    await expect.poll(() => state().count, soon).toBe(Number.NEGATIVE_INFINITY)
    await press('Undo')
    await expect.poll(() => state().count, soon).toBe(1)
  })

  it('keeps its kind, unless a person says so twice', async () => {
    await press('Edit count')
    await field('count').fill('"one"')
    await press('Set')
    await page.getByText('This makes the number a value of another kind: text.').waitFor()
    expect(state().count).toBe(1)
    await press('Set')
    await expect.poll(() => state().count as unknown, soon).toBe('one')
    await press('Undo')
    await expect.poll(() => state().count, soon).toBe(1)
  })

  it('cannot be a map or bytes, which JSON does not have', async () => {
    for (const path of ['empty', 'key', 'rows']) expect(await page.getByLabel(`Edit ${path}`).count()).toBe(0)
  })
})

describe('what is deleted', () => {
  it('comes back by a button if it is a value', async () => {
    await press('Delete count')
    await expect.poll(() => 'count' in state(), soon).toBe(false)
    await press('Undo')
    await expect.poll(() => state().count, soon).toBe(1)
  })

  it('is asked about if it is a branch, and comes back as it was', async () => {
    await press('Delete plan')
    await page.getByText('Delete plan with 3 parts?').waitFor()
    expect(await picture(watched, 'edit-delete')).toBe(true)
    await press('No')
    expect('plan' in state()).toBe(true)
    await press('Delete plan')
    await press('Yes, delete')
    await expect.poll(() => 'plan' in state(), soon).toBe(false)
    await press('Undo')
    await expect.poll(() => state().plan, soon).toEqual(initialState().plan)
  })

  it('is asked about if there is no way back: maps, bytes and places of a list', async () => {
    await press('Delete rows')
    await page.getByText('Delete rows with 300 rows?').waitFor()
    await press('No')
    await press('Delete key')
    await page.getByText('Delete key?').waitFor()
    await press('Yes, delete')
    await expect.poll(() => 'key' in state(), soon).toBe(false)
    await page.getByText('key was deleted.').waitFor()
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    await page.locator('.tree button.twist', { hasText: 'list' }).click()
    await press('Delete list.0')
    await page.getByText('Delete 0?').waitFor()
    await page.keyboard.press('Escape')
    expect(state().list).toEqual(['a', 'b'])
  })
})

describe('the slider', () => {
  it('reaches failures in ticks that made no version', async () => {
    const { version } = room().store
    isBroken = true
    const marks = page.locator('.marks .bad')
    await expect.poll(() => marks.count(), soon).toBeGreaterThan(0)
    isBroken = false
    expect(room().store.version).toBe(version)
    await page.getByRole('button', { name: 'Live' }).click()
    await press('To the event before')
    await expect
      .poll(() => page.locator('.timeline output').textContent(), soon)
      .toContain(`unchanged since version ${version}`)
    const slider = page.getByLabel('Tick', { exact: true })
    expect(Number(await slider.inputValue())).toBeGreaterThan(version)
    expect(await picture(watched, 'inspector-failures')).toBe(true)
    // an old version stays as it was
    expect(await page.getByRole('button', { name: 'Edit count' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Live' }).click()
    await page.getByRole('button', { name: 'Edit count' }).waitFor({ state: 'attached' })
  })
})

describe('the log', () => {
  it('shows equal failures as one entry, with their number and the stack', async () => {
    isBroken = true
    await page.getByRole('tab', { name: 'Log' }).click()
    const failed = page.locator('.log li', { hasText: 'the hinge is broken' })
    await expect.poll(() => failed.first().textContent(), soon).toMatch(/\(\d+ times/)
    isBroken = false
    expect(await failed.count()).toBe(1)
    await failed.getByRole('button', { name: 'stack' }).click()
    await expect.poll(() => failed.locator('pre').textContent(), soon).toContain('inspect-edits.test.ts')
    expect(await picture(watched, 'inspector-log-failures')).toBe(true)
    await page.getByRole('tab', { name: 'State' }).click()
    await page.getByRole('button', { name: 'Edit count' }).waitFor({ state: 'attached' })
  })
})

describe('a perspective', () => {
  it('closes the editors', async () => {
    await press('Edit count')
    await field('count').waitFor()
    await page.getByLabel('As seen by').selectOption(players[0]!.clientId)
    await expect.poll(() => field('count').count(), soon).toBe(0)
  })

  it('ends with its client, and says so', async () => {
    await press(`Kick ${players[0]!.clientId}`)
    await press('Yes, kick')
    await page.getByText('has left the room').waitFor()
    expect(await picture(watched, 'inspector-left')).toBe(true)
    expect(await page.getByLabel('As seen by').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Edit count' }).waitFor({ state: 'attached' })
    expect(watched.faults).toEqual([])
  })
})
