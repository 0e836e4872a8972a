import { defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openPage, phone, picture } from './inspected-game.js'
import { launchBrowser } from './launch.js'

/** For a busy machine: usually no step waits so long. */
const soon = { timeout: 60_000 }

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
})

const initialState = () => ({ said: '', seats: new EntityMap<{ name: string }>() })
const sit = (seats: EntityMap<{ name: string }>, id: string, name: string): void => void seats.set(id, { name })
const say = (state: { said: string }, words: string): void => {
  state.said = words
}
const inn = defineGame({
  initialState,
  joinData: z.object({ name: z.string().max(20) }),
  onJoin: ({ seats }, { client: { id, data } }) => sit(seats, id, data.name),
  onLeave: ({ seats }, { client: { id } }) => void seats.delete(id),
  events: (on) => ({ say: on(z.object({ words: z.string() }), (state, { words }) => say(state, words)) }),
})
/** The same game an hour later. */
const later = defineGame({
  initialState,
  joinData: z.object({ name: z.string().max(20), level: z.int().min(1).max(9) }),
  onJoin: ({ seats }, { client: { id, data } }) => sit(seats, id, `${data.name} of level ${data.level}`),
  onLeave: ({ seats }, { client: { id } }) => void seats.delete(id),
  events: (on) => ({ shout: on(z.object({ loud: z.boolean() }), (state) => say(state, 'loud')) }),
})

describe('the playground while a game is made', () => {
  it('lets its players in anew after a restart, into one room, with the forms of the game as it is now', async () => {
    const first = new Server({ logger: false }).define('inn', inn).defineRoomList()
    await first.run({ port: 0 })
    const { port } = first
    const url = `http://localhost:${port}`
    const watched = await openPage(browser, { url }, '/', { viewport: phone, colorScheme: 'light' })
    const { page } = watched
    const player = (number: number) => page.getByRole('region', { name: `Player ${number}` })
    for (const number of [1, 2]) {
      await player(number).getByRole('button', { name: 'Join', exact: true }).click()
      await player(number).getByRole('button', { name: 'Leave' }).waitFor()
    }
    await player(1).getByLabel('words').fill('good evening')
    await player(1).getByRole('button', { name: 'Send say' }).click()
    await expect.poll(() => player(2).locator('.tree').textContent(), soon).toContain('good evening')
    expect(await picture(watched, 'playground-phone-light')).toBe(true)
    await first.shutdown({ endSessions: true, drainMs: 0 })
    await player(2).getByText('As soon as the server is there again').waitFor()
    expect(await picture(watched, 'playground-lost')).toBe(true)

    const second = new Server({ logger: false }).define('inn', later).defineRoomList()
    await second.run({ port: port! })
    for (const number of [1, 2]) await player(number).getByRole('button', { name: 'Send shout' }).waitFor(soon)
    expect([...second.rooms.values()].map(({ clients }) => clients.size)).toEqual([2])
    await player(2).locator('.tree button.twist', { hasText: 'seats' }).click()
    await expect.poll(() => player(2).locator('.tree').textContent(), soon).toContain('Player 1 of level 1')
    const [room] = [...second.rooms.values()]
    expect(await page.getByLabel('Room').inputValue()).toBe(room!.id)
    // who wants to go stays out
    await player(2).getByRole('button', { name: 'Leave' }).click()
    await player(2).getByLabel('level').waitFor()
    await page.context().close()
    await second.shutdown({ endSessions: true, drainMs: 0 })
  })
})
