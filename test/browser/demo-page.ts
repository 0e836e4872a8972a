import type { Browser, Page } from 'playwright-core'

/** The part of the page's hook that the tests use. */
interface DemoHook {
  readonly connection: {
    readonly clientId: string
    readonly isHost: boolean
    readonly status: string
    readonly feel: { readonly aheadTicks: number; readonly delayMs: number }
    readonly state: { readonly it: string; readonly players: ReadonlyMap<string, DemoPlayer> }
  }
  readonly discs: readonly {
    readonly clientId: string
    readonly isIt: boolean
    readonly x: number
    readonly y: number
  }[]
}

interface DemoPlayer {
  readonly name: string
  readonly bot: boolean
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
  readonly tags: number
}

declare global {
  interface Window {
    readonly tygaseDemo: DemoHook
    /** Left in the page by one step of a test for a later one. */
    awaited: Promise<number>
  }
}

/** A page of the demo whose player has joined, with the errors of its console. */
export interface DemoPage {
  page: Page
  clientId: string
  errors: string[]
}

export interface Size {
  width: number
  height: number
}

/** Opens the demo in its own browser window and joins. */
export async function openDemo(browser: Browser, url: string, name: string, viewport: Size): Promise<DemoPage> {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('pageerror', (error) => void errors.push(String(error)))
  await page.goto(`${url}/?name=${encodeURIComponent(name)}`)
  await page.waitForFunction(() =>
    window.tygaseDemo?.connection?.state.players.has(window.tygaseDemo.connection.clientId),
  )
  return { page, clientId: await page.evaluate(() => window.tygaseDemo.connection.clientId), errors }
}

/** Waits until a disc stands still and is drawn at its place. */
export async function waitForRest({ page }: DemoPage, clientId: string): Promise<void> {
  await page.waitForFunction((id) => {
    const player = window.tygaseDemo.connection.state.players.get(id)
    const disc = window.tygaseDemo.discs.find((each) => each.clientId === id)
    if (player === undefined || disc === undefined || player.vx !== 0 || player.vy !== 0) return false
    return Math.hypot(player.x - disc.x, player.y - disc.y) < 0.5
  }, clientId)
}

/** Names and seconds of the table, read at one moment: the lines change their order. */
export function tableOf({ page }: Pick<DemoPage, 'page'>): Promise<{ names: string[]; times: number[] }> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll('#scoreboard li')]
    const textOf = (line: Element, part: string): string => line.querySelector(part)?.textContent ?? ''
    return {
      names: lines.map((line) => textOf(line, '.name')),
      times: lines.map((line) => Number.parseFloat(textOf(line, '.seconds'))),
    }
  })
}

/** The number of tags so far. */
export function countTags({ page }: DemoPage): Promise<number> {
  return page.evaluate(() => {
    let tags = 0
    for (const player of window.tygaseDemo.connection.state.players.values()) tags += player.tags
    return tags
  })
}

/**
 * Whether this page's player is *it*, and which keys run to another one.
 * @param target a client id; without one the nearest bot
 */
export function keysTo({ page, clientId }: DemoPage, target?: string): Promise<{ isIt: boolean; keys: string[] }> {
  return page.evaluate(
    ([self, other]) => {
      const { it, players } = window.tygaseDemo.connection.state
      const keys: string[] = []
      const from = players.get(self)
      if (from === undefined) return { isIt: false, keys }
      const distance = (player: DemoPlayer): number => Math.hypot(player.x - from.x, player.y - from.y)
      const bots = [...players.values()].filter((player) => player.bot)
      const to = other === undefined ? bots.sort((a, b) => distance(a) - distance(b))[0] : players.get(other)
      if (to === undefined) return { isIt: false, keys }
      if (Math.abs(to.x - from.x) > 12) keys.push(to.x > from.x ? 'KeyD' : 'KeyA')
      if (Math.abs(to.y - from.y) > 12) keys.push(to.y > from.y ? 'KeyS' : 'KeyW')
      return { isIt: it === self, keys }
    },
    [clientId, target] as const,
  )
}

/** Waits for so many pictures. */
export function pictures({ page }: DemoPage, count: number): Promise<void> {
  return page.evaluate(
    (left) =>
      new Promise<void>((resolve) => {
        const next = (): void => void (left-- > 0 ? requestAnimationFrame(next) : resolve())
        next()
      }),
    count,
  )
}
