import type { Browser, Page } from 'playwright-core'

interface ArenaBody {
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
  readonly waits: boolean
  readonly shotTick: number
}

interface ArenaState {
  readonly bodies: ReadonlyMap<string, ArenaBody>
  readonly scores: ReadonlyMap<string, unknown>
}

/** The part of the page's hook that the tests use. */
interface ArenaConnection {
  readonly clientId: string
  readonly state: ArenaState
  readonly version: number
  readonly rttMs: number | undefined
  readonly feel: { readonly aheadTicks: number }
  scene(): ArenaState
  registerEventHandler(
    name: 'hit',
    handler: (data: unknown, info: { predicted: boolean }) => void,
    options: { onRetract: () => void },
  ): () => void
}

declare global {
  interface Window {
    readonly tygaseArena: { readonly connection: ArenaConnection }
    /** Hits handled, how many of them ahead of the server, and how many of these were taken back. */
    arenaHits: { handled: number; ahead: number; retracted: number }
  }
}

/** A page of the arena whose player has joined, with the errors of its console. */
export interface ArenaPage {
  readonly page: Page
  readonly errors: string[]
}

/** Opens the arena in its own browser window and plays. */
export async function openArena(
  browser: Browser,
  url: string,
  viewport: { width: number; height: number },
  hasTouch = false,
): Promise<ArenaPage> {
  const context = await browser.newContext({ viewport, hasTouch })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => void errors.push(String(error)))
  await page.goto(url)
  await page.waitForFunction(() =>
    window.tygaseArena?.connection?.state.bodies.has(window.tygaseArena.connection.clientId),
  )
  return { page, errors }
}

/** Begins to count the hits that the page handles. */
export function countHits({ page }: ArenaPage): Promise<void> {
  return page.evaluate(() => {
    window.arenaHits = { handled: 0, ahead: 0, retracted: 0 }
    window.tygaseArena.connection.registerEventHandler(
      'hit',
      (_, { predicted }) => {
        window.arenaHits.handled++
        if (predicted) window.arenaHits.ahead++
      },
      { onRetract: () => void window.arenaHits.retracted++ },
    )
  })
}

export function hitsOf({ page }: ArenaPage): Promise<{ handled: number; ahead: number }> {
  return page.evaluate(() => window.arenaHits)
}

/** Waits for the next hit of the player, and until it is drawn. */
export function nextHit({ page }: ArenaPage): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const handler = (): void => void requestAnimationFrame(() => resolve())
        window.tygaseArena.connection.registerEventHandler('hit', handler, { onRetract: () => {} })
      }),
  )
}

export function versionOf({ page }: ArenaPage): Promise<number> {
  return page.evaluate(() => window.tygaseArena.connection.version)
}

/** Moves the mouse to the nearest other player in sight. @returns how many others are in sight */
export async function aimAtNearest({ page }: ArenaPage): Promise<number> {
  const seen = await page.evaluate(() => {
    const { connection } = window.tygaseArena
    const { bodies } = connection.scene()
    const own = bodies.get(connection.clientId)
    if (own === undefined) return undefined
    const distance = (body: ArenaBody): number => Math.hypot(body.x - own.x, body.y - own.y)
    const others = [...bodies].filter(([id]) => id !== connection.clientId).map(([, body]) => body)
    const target = others.sort((a, b) => distance(a) - distance(b))[0]
    // the whole field is on the screen: its middle is that of the page
    const scale = Math.min((innerWidth - 24) / 1600, (innerHeight - 24) / 1000)
    const at = target && {
      x: innerWidth / 2 + (target.x - 800) * scale,
      y: innerHeight / 2 + (target.y - 500) * scale,
    }
    return { at, others: others.length }
  })
  if (seen?.at !== undefined) await page.mouse.move(seen.at.x, seen.at.y)
  return seen?.others ?? 0
}

/** Longer than a round trip in these tests. */
const restMs = 900
let presses = 0

/** Presses a key, once to the left and once to the right, so that no wall is in the way. @returns after how many ms the page has drawn the player's own disc elsewhere */
export async function movedAfterPress({ page }: ArenaPage): Promise<number> {
  // at rest, also as drawn, and not waiting for its return; for so long that no earlier press is on its way any more
  await page.evaluate(
    (ms) =>
      new Promise<void>((resolve) => {
        let sinceMs = Number.POSITIVE_INFINITY
        const look = (): void => {
          const { connection } = window.tygaseArena
          const own = connection.state.bodies.get(connection.clientId)
          const drawn = connection.scene().bodies.get(connection.clientId)
          const rests = own?.waits === false && own.vx === 0 && own.vy === 0 && drawn !== undefined
          const isThere = rests && Math.hypot(own.x - drawn.x, own.y - drawn.y) < 0.5
          sinceMs = isThere ? Math.min(sinceMs, performance.now()) : Number.POSITIVE_INFINITY
          if (performance.now() - sinceMs > ms) resolve()
          else requestAnimationFrame(look)
        }
        look()
      }),
    restMs,
  )
  await page.evaluate(() => {
    const { connection } = window.tygaseArena
    const place = (): ArenaBody => connection.scene().bodies.get(connection.clientId) as ArenaBody
    const start = place()
    window.awaited = new Promise((resolve) => {
      window.addEventListener(
        'keydown',
        ({ timeStamp }) => {
          const look = (): void => {
            const { x, y } = place()
            if (Math.hypot(x - start.x, y - start.y) > 1) resolve(performance.now() - timeStamp)
            else requestAnimationFrame(look)
          }
          look()
        },
        { once: true, capture: true },
      )
    })
  })
  const key = presses++ % 2 === 0 ? 'KeyA' : 'KeyD'
  await page.keyboard.down(key)
  const ms = await page.evaluate(() => window.awaited)
  await page.keyboard.up(key)
  return ms
}

export function setSlider({ page }: ArenaPage, id: 'latency' | 'jitter' | 'loss', value: number): Promise<void> {
  return page.evaluate(
    ([name, wanted]) => {
      const input = document.getElementById(name) as HTMLInputElement
      input.value = String(wanted)
      input.dispatchEvent(new Event('input'))
    },
    [id, value] as const,
  )
}

/** Runs with the left thumb and shoots with the right one. @returns how far the disc was moved, and how often it has shot */
export async function withThumbs({ page }: ArenaPage): Promise<{ moved: number; shots: number }> {
  const own = (): Promise<ArenaBody> =>
    page.evaluate(() => {
      const { connection } = window.tygaseArena
      return { ...(connection.state.bodies.get(connection.clientId) as ArenaBody) }
    })
  const before = await own()
  const cdp = await page.context().newCDPSession(page)
  const thumbs = (dx: number, dy: number) => [
    { x: 150 + dx, y: 220 + dy, id: 1 },
    { x: 650 + dx, y: 220 + dy, id: 2 },
  ]
  // away from the nearer edge
  const way = before.x < 800 ? 40 : -40
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: thumbs(0, 0) })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: thumbs(way, 10) })
  await page.waitForFunction((tick) => {
    const { connection } = window.tygaseArena
    return (connection.state.bodies.get(connection.clientId)?.shotTick ?? 0) > tick
  }, before.shotTick)
  await frames({ page, errors: [] }, 20)
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  const after = await own()
  return {
    moved: Math.hypot(after.x - before.x, after.y - before.y),
    shots: after.shotTick > before.shotTick ? 1 : 0,
  }
}

/** Waits for so many frames. */
export function frames({ page }: ArenaPage, count: number): Promise<void> {
  return page.evaluate(
    (left) =>
      new Promise<void>((resolve) => {
        const next = (): void => void (left-- > 0 ? requestAnimationFrame(next) : resolve())
        next()
      }),
    count,
  )
}
