import type { Connection } from '@tygase/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, InspectedGame, isForPages, openPage, phone, picture, type WatchedPage } from './inspected-game.js'
import { launchBrowser } from './launch.js'

/** For a busy machine: usually no step waits so long. */
const soon = { timeout: 120_000 }
const tokens = { metrics: 'token-of-the-watcher', inspect: 'token-of-the-looker', act: 'token-of-the-actor' }

let browser: Browser
let tag: InspectedGame
let arena: InspectedGame

beforeAll(async () => {
  browser = await launchBrowser()
  tag = await InspectedGame.start('tag', {})
  for (const name of ['Ada', 'Bob', 'Cleo', 'Dan']) await tag.join('/', name, true)
  arena = await InspectedGame.start('arena', { auth: tokens })
  for (const name of ['Eve', 'Fay', 'Gus']) await arena.join('/arena/first', name, true)
  for (const name of ['Hal', 'Ida']) await arena.join('/arena/second', name, true)
})

afterAll(async () => {
  await browser?.close()
  await tag?.stop()
  await arena?.stop()
})

const version = (page: Page) => page.getByLabel('Tick', { exact: true })
const shownVersion = async (page: Page): Promise<number> => Number(await version(page).inputValue())

/** Opens a branch of the tree. */
const openBranch = async (page: Page, key: string): Promise<void> => {
  await page.locator('.tree button.twist', { hasText: key }).first().click()
}

/** Opens the page of a room, by the list of rooms. */
async function openRoom(game: InspectedGame, room: string, options = {}): Promise<WatchedPage> {
  const watched = await openPage(browser, game, '/inspect/#/rooms', { viewport: desktop, ...options })
  await watched.page.getByRole('link', { name: room }).click()
  await watched.page.getByRole('heading', { name: room }).waitFor()
  return watched
}

async function logIn({ page }: WatchedPage, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Log in' }).click()
}

describe('the dashboard', () => {
  it.each([
    ['desktop', desktop, 'light'],
    ['phone', phone, 'dark'],
  ] as const)('shows the server on a %s', async (name, viewport, colorScheme) => {
    const watched = await openPage(browser, tag, '/inspect/', { viewport, colorScheme })
    const { page } = watched
    await page.getByRole('region', { name: 'Where the time goes' }).waitFor()
    const tile = (label: string) => page.locator('.tiles li', { hasText: label }).locator('strong')
    await expect.poll(() => tile('Sessions').textContent(), soon).toBe('4')
    await expect.poll(() => tile('Rooms').textContent(), soon).toBe('1')
    // charts have their first points
    await expect.poll(() => page.locator('.legend b').first().textContent(), soon).toMatch(/%$/)
    expect(await page.locator('.chart canvas').count()).toBe(9)
    // a picture for people has a past
    const points = isForPages ? 110 : 2
    await expect.poll(() => tag.metrics?.read().series.points.idle.length, { timeout: 180_000 }).toBeGreaterThan(points)
    expect(await picture(watched, `dashboard-${name}`)).toBe(true)
    expect(watched.faults).toEqual([])
    await page.context().close()
  })

  it('shows exactly what both ends have counted [M34]', async () => {
    const game = await InspectedGame.start('tag', {})
    const players = [await game.join('/', 'Kim', false), await game.join('/', 'Lou', false)]
    for (const { request } of players) {
      const ask = request as unknown as (event: string, data: object) => Promise<unknown>
      for (let turn = 0; turn < 5; turn++) await ask('steer', { dx: turn / 10, dy: 0 })
    }
    for (const player of players) await player.disconnect()
    const sum = (name: 'packetsOut' | 'eventsOut'): number => players.reduce((all, { stats }) => all + stats[name], 0)
    await expect.poll(() => game.server.counters.snapshot().packetsIn, soon).toBe(sum('packetsOut'))
    const { page } = await openPage(browser, game, '/inspect/', { viewport: desktop })
    const figure = (table: string, name: string) =>
      page.getByRole('region', { name: table }).getByRole('row', { name }).locator('td').first()
    const { packetsIn, packetsOut, eventsIn, eventsOut, statesSent } = game.server.counters.snapshot()
    // a join and five steps for each
    expect([eventsIn, sum('eventsOut')]).toEqual([12, 12])
    const shown: [table: string, name: string, value: number][] = [
      ['Packets and events', 'packets in', packetsIn],
      ['Packets and events', 'packets out', packetsOut],
      ['Packets and events', 'events out', eventsOut],
      ['State', 'states sent', statesSent],
      ['State', 'events in', eventsIn],
    ]
    for (const [table, name, value] of shown) {
      await expect
        .poll(() => figure(table, name).textContent(), { ...soon, message: name })
        .toBe(value.toLocaleString('en'))
    }
    await page.context().close()
    await game.stop()
  })
})

describe('the inspector', () => {
  it('moves through the versions by mouse and by keys, and compares any two', async () => {
    const watched = await openRoom(tag, 'game/game')
    const { page, faults } = watched
    await openBranch(page, 'players')
    await expect.poll(() => page.locator('.tree ul ul > li').count(), soon).toBe(4)
    // the versions since the page looks, and a few before
    const kept = async () => (await shownVersion(page)) - Number(await version(page).getAttribute('min'))
    await expect.poll(kept, soon).toBeGreaterThan(60)
    await page.getByRole('button', { name: 'Live' }).click()
    await page.getByRole('button', { name: 'Compare from here' }).click()
    const base = await shownVersion(page)
    await version(page).focus()
    for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowLeft')
    await expect.poll(() => shownVersion(page), soon).toBe(base - 40)
    await expect.poll(() => page.locator('.changes li').count(), soon).toBeGreaterThan(8)
    // older versions are not all kept: the last one before it stands for one that is not
    const compared = async (): Promise<number[]> => {
      const [, from, to] = /version (\d+) → (\d+)/.exec((await page.locator('.head').first().textContent()) ?? '') ?? []
      return [Number(from), Number(to)]
    }
    const distance = async (): Promise<number> => base - (await compared())[0]!
    await expect.poll(distance, soon).toBeGreaterThanOrEqual(40)
    expect(await distance()).toBeLessThan(60)
    expect(await picture(watched, 'inspector-changes')).toBe(true)
    await version(page).fill(String(base - 10))
    await expect.poll(distance, soon).toBeLessThan(40)
    expect(await distance()).toBeGreaterThanOrEqual(10)
    await page.getByRole('tab', { name: 'Bytes' }).click()
    await expect.poll(() => page.locator('.parts tbody').textContent(), soon).toMatch(/players\.\*\.x/)
    expect(await picture(watched, 'inspector-bytes')).toBe(true)
    await page.getByRole('tab', { name: 'Bytes' }).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.log li').count(), soon).toBeGreaterThan(10)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('edits a value, and the clients see it', async () => {
    const [ada, bob] = tag.players as [Connection, Connection]
    const nameOf = ({ state }: Connection): string | undefined =>
      (state as { players: ReadonlyMap<string, { name: string }> }).players.get(ada.clientId)?.name
    const { page, faults } = await openRoom(tag, 'game/game')
    await openBranch(page, 'players')
    await openBranch(page, ada.clientId)
    await page.getByRole('button', { name: `Edit players.${ada.clientId}.name` }).click()
    const field = page.getByLabel(`New value of players.${ada.clientId}.name`)
    await field.fill('Countess')
    await page.keyboard.press('Enter')
    await page.getByText('This is no JSON').waitFor()
    await field.fill('"Countess"')
    await page.keyboard.press('Enter')
    for (const player of [ada, bob]) await expect.poll(() => nameOf(player), soon).toBe('Countess')
    await expect.poll(() => page.locator('.tree').textContent(), soon).toContain('"Countess"')
    expect(await picture({ page, faults }, 'inspector-edited')).toBe(true)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('stops the time, makes ticks one by one, and lets it run on', async () => {
    const { page, faults } = await openRoom(tag, 'game/game')
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Run on' }).waitFor()
    const room = tag.server.rooms.get('game/game')!
    const { tick } = room.machine
    await page.getByLabel('Ticks of a step').fill('7')
    await page.getByRole('button', { name: 'Step' }).click()
    await expect.poll(() => room.machine.tick, soon).toBeGreaterThanOrEqual(tick + 7)
    expect(room.machine.running).toBe(false)
    await page.getByRole('button', { name: 'Run on' }).click()
    await expect.poll(() => room.machine.running, soon).toBe(true)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('sends an event by a form, and ends the session of a client', async () => {
    const guest = await tag.join('/', 'Guest', false)
    const { page, faults } = await openRoom(tag, 'game/game')
    await page.getByRole('tab', { name: 'Send' }).click()
    await page.getByLabel('Event', { exact: true }).selectOption('steer')
    await page.getByLabel('As', { exact: true }).selectOption(guest.clientId)
    await page.getByLabel('dx', { exact: true }).fill('0.25')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const steered = (): number | undefined =>
      (guest.state as { players: ReadonlyMap<string, { dx: number }> }).players.get(guest.clientId)?.dx
    await expect.poll(steered, soon).toBe(0.25)
    expect(await picture({ page, faults }, 'inspector-send')).toBe(true)
    await page.getByRole('button', { name: `Kick ${guest.clientId}` }).click()
    await page.getByRole('button', { name: 'No', exact: true }).waitFor()
    expect(guest.status).toBe('connected')
    await page.getByRole('button', { name: 'Yes, kick' }).click()
    await expect.poll(() => guest.status, soon).toBe('closed')
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('records a room, downloads it, and shows it from the file', async () => {
    const watched = await openRoom(tag, 'game/game')
    const { page, faults } = watched
    await page.getByRole('button', { name: 'Record' }).click()
    await page.getByRole('button', { name: /^Stop, (?:[2-9]|\d\d) s$/ }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download .tgr' }).click()
    const file = await (await downloading).path()
    await page.getByRole('link', { name: 'Recording' }).click()
    await page.getByLabel('Choose a file').setInputFiles(file)
    await page.getByRole('heading', { name: 'game/game' }).waitFor()
    const first = Number(await version(page).getAttribute('min'))
    await version(page).fill(String(first + 30))
    await page.getByRole('button', { name: 'Compare from here' }).click()
    await version(page).fill(String(first + 3))
    await expect.poll(() => page.locator('.changes li').count(), soon).toBeGreaterThan(3)
    expect(await picture(watched, 'recording')).toBe(true)
    await page.getByRole('tab', { name: 'State' }).click()
    await openBranch(page, 'players')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => shownVersion(page), soon).toBeGreaterThan(first + 20)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('goes on with a server that was restarted', async () => {
    const first = await InspectedGame.start('tag', {})
    const { page } = await openRoom(first, 'game/game')
    const status = page.locator('.bar .end [role=status]')
    await expect.poll(() => status.textContent(), soon).toBe('live')
    const { port } = first.server
    await first.stop()
    await expect.poll(() => status.textContent(), soon).toBe('interrupted')
    const second = await InspectedGame.start('tag', {}, port)
    const late = await second.join('/', 'Mia', false)
    await expect.poll(() => status.textContent(), soon).toBe('live')
    await page.getByRole('button', { name: `Kick ${late.clientId}` }).waitFor()
    await page.context().close()
    await second.stop()
  })

  it('opens a recording that is dropped anywhere, and says what is wrong with a file that is none', async () => {
    const { page } = await openPage(browser, tag, '/inspect/#/rooms', { viewport: desktop })
    await page.getByRole('link', { name: 'game/game' }).waitFor()
    const files = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['no recording'], 'broken.tgr'))
      return transfer
    })
    await page.dispatchEvent('main', 'drop', { dataTransfer: files })
    await expect.poll(() => page.getByRole('alert').textContent(), soon).toContain('broken.tgr cannot be read')
    await page.context().close()
  })
})

describe('a page that has to log in', () => {
  it('refuses a wrong token, and shows by the right of a token', async () => {
    const watched = await openPage(browser, arena, '/inspect/', { viewport: phone })
    const { page } = watched
    await logIn(watched, 'a-token-of-nobody-at-all')
    await page.getByText('This token does not open the page.').waitFor()
    expect(await picture(watched, 'login-phone')).toBe(true)
    await logIn(watched, tokens.metrics)
    await page.getByRole('region', { name: 'Where the time goes' }).waitFor()
    expect(await page.getByRole('link', { name: 'Rooms' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('Token').waitFor()
    await logIn(watched, tokens.inspect)
    await page.getByRole('link', { name: 'Rooms' }).click()
    await page.getByRole('link', { name: 'arena/first' }).click()
    await page.getByRole('tab', { name: 'Log' }).waitFor()
    // it may look, and do nothing
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    expect(await page.getByRole('tab', { name: 'Send' }).count()).toBe(0)
    await page.context().close()
  })

  it('finds rooms by name, sorts them, and shows one on a phone', async () => {
    const options = { viewport: phone, colorScheme: 'dark', hasTouch: true } as const
    const watched = await openPage(browser, arena, '/inspect/#/rooms', options)
    const { page, faults } = watched
    await logIn(watched, tokens.act)
    await expect.poll(() => page.locator('.rooms tbody tr').count(), soon).toBe(2)
    expect(await picture(watched, 'rooms-phone')).toBe(true)
    await page.getByRole('button', { name: 'Clients' }).click()
    await expect
      .poll(() => page.locator('.rooms tbody a').allTextContents(), soon)
      .toEqual(['arena/first', 'arena/second'])
    await page.getByRole('button', { name: 'Clients' }).click()
    await expect
      .poll(() => page.locator('.rooms tbody a').allTextContents(), soon)
      .toEqual(['arena/second', 'arena/first'])
    await page.getByLabel('Search rooms').fill('fir')
    await expect.poll(() => page.locator('.rooms tbody tr').count(), soon).toBe(1)
    await page.getByRole('link', { name: 'arena/first' }).click()
    await expect.poll(() => page.locator('.marks rect').count(), soon).toBeGreaterThan(5)
    await openBranch(page, 'bodies')
    await expect.poll(() => page.locator('.tree ul ul > li').count(), soon).toBe(3)
    expect(await picture(watched, 'room-phone')).toBe(true)
    // a refused login is an error of the console; nothing else is
    expect(faults.filter((fault) => !/401/.test(fault))).toEqual([])
    await page.context().close()
  })

  it('shows what a client sees, and not what is hidden from it', async () => {
    const watched = await openPage(browser, arena, '/inspect/#/rooms', { viewport: desktop, colorScheme: 'dark' })
    const { page } = watched
    await logIn(watched, tokens.act)
    await page.getByRole('link', { name: 'arena/first' }).click()
    arena.rest()
    const [eve] = arena.players as [Connection]
    const bodies = (): number => (eve.state as { bodies: { size: number } }).bodies.size
    await page.getByRole('button', { name: `What ${eve.clientId} sees` }).click()
    await expect.poll(() => page.getByLabel('As seen by').inputValue(), soon).toBe(eve.clientId)
    const shown = page.locator('.tree .twist', { hasText: 'bodies' })
    await expect.poll(() => shown.textContent(), soon).toContain(`map ${bodies()}`)
    expect(await picture(watched, 'inspector-view')).toBe(true)
    await page.context().close()
  })
})

describe('the playground at the port of a server in development', () => {
  it.each([
    ['tag', 'desktop', desktop, 'light'],
    ['arena', 'phone', phone, 'dark'],
  ] as const)('plays %s with two players on a %s', async (name, device, viewport, colorScheme) => {
    const game = await InspectedGame.start(name, undefined)
    const watched = await openPage(browser, game, '/', { viewport, colorScheme })
    const { page, faults } = watched
    const player = (number: number) => page.getByRole('region', { name: `Player ${number}` })
    for (const number of [1, 2]) {
      await player(number).getByRole('button', { name: 'Join', exact: true }).click()
      await player(number).getByRole('button', { name: 'Leave' }).waitFor()
    }
    // both are in one room
    expect([...game.server.rooms.values()].map(({ clients }) => clients.size)).toEqual([2])
    if (name === 'tag') {
      await player(1).getByLabel('name', { exact: true }).fill('Ada')
      await player(1).getByRole('button', { name: 'Send join' }).click()
      for (const number of [1, 2])
        await expect.poll(() => player(number).locator('.tree').textContent(), soon).toContain('Ada')
      await player(2).getByRole('button', { name: 'steer' }).click()
      await player(2).getByRole('button', { name: 'Send steer' }).click()
      await expect.poll(() => player(2).locator('.entries').textContent(), soon).toContain('not_playing: join first')
    } else {
      await player(1).getByRole('button', { name: 'take' }).click()
      await player(1).getByLabel('id', { exact: true }).fill('1')
      await player(1).getByRole('button', { name: 'Send take' }).click()
      await expect.poll(() => player(1).locator('.entries').textContent(), soon).toContain('too_far')
    }
    expect(await picture(watched, `playground-${device}`)).toBe(true)
    await page.getByRole('link', { name: 'Inspector' }).click()
    await page.getByRole('region', { name: 'Where the time goes' }).waitFor()
    expect(faults).toEqual([])
    await page.context().close()
    await game.stop()
  })
})
