import { copyFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { arena } from '@tygase/arena/game'
import { type Connection, connect } from '@tygase/client'
import { tag } from '@tygase/demo/game'
import { createHttp } from '@tygase/http'
import { createInspector, createMetrics, type InspectorOptions, type Metrics } from '@tygase/inspect'
import { Server } from '@tygase/server'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const pictures = fileURLToPath(new URL('../../.cache/pictures/', import.meta.url))
/** Pictures of the pages of the documentation. They are replaced only on demand: a test leaves no changes behind. */
const ofPages: Readonly<Record<string, string>> = {
  'dashboard-desktop': 'dashboard.png',
  'inspector-changes': 'inspector.png',
}
export const isForPages = Boolean(process.env.UPDATE_PICTURES)
export const desktop = { width: 1280, height: 860 }
export const phone = { width: 390, height: 844 }

/** A server of one of the two example games, with players in it. */
export class InspectedGame {
  readonly server: Server
  readonly metrics: Metrics | undefined
  readonly players: Connection[] = []
  readonly #timers: ReturnType<typeof setInterval>[] = []

  private constructor(server: Server, metrics: Metrics | undefined) {
    this.server = server
    this.metrics = metrics
  }

  /**
   * @param game its name
   * @param options of the inspector; undefined: the port has the default answers of a server in development
   * @param port default: any
   */
  static async start(game: 'tag' | 'arena', options: InspectorOptions | undefined, port = 0): Promise<InspectedGame> {
    const server = (
      game === 'tag'
        ? new Server({ game: tag, logger: false })
        : new Server({ logger: false }).define('arena', arena, { maxClients: 12 }).defineRoomList()
    ) as Server
    if (options === undefined) {
      await server.run({ port })
      return new InspectedGame(server, undefined)
    }
    const metrics = createMetrics(server)
    const inspector = createInspector(server, { metrics, logger: false, ...options })
    await server.run({ port, requestListener: createHttp({ routes: inspector.routes }).requestListener })
    return new InspectedGame(server, metrics)
  }

  get url(): string {
    return `http://localhost:${this.server.port}`
  }

  /** Lets a player in. With `plays` it runs about until the end. */
  async join(path: string, name: string, plays: boolean): Promise<Connection> {
    const isTag = !path.startsWith('/arena')
    const data = isTag ? {} : { data: { name } }
    const player = (await connect(`ws://localhost:${this.server.port}${path}`, {
      ...data,
      logger: false,
    } as never)) as Connection
    const send = player.dispatchEvent as unknown as (event: string, data: object) => void
    if (isTag) send('join', { name })
    this.players.push(player)
    let turn = this.players.length
    const move = (): void => {
      turn++
      send('steer', { dx: Math.cos(turn), dy: Math.sin(turn) })
      if (!isTag && turn % 3 === 0) send('shoot', { angle: turn % 6 })
      // too far away: it is refused
      if (!isTag && turn % 7 === 0) send('take', { id: 1 })
    }
    if (plays) this.#timers.push(setInterval(move, 120))
    return player
  }

  /** All players stand still. */
  rest(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  async stop(): Promise<void> {
    this.rest()
    for (const player of this.players) await player.disconnect()
    await this.server.shutdown({ endSessions: true, drainMs: 0 })
  }
}

/** A page, with all that went wrong in it: errors, and requests to other places. */
export interface WatchedPage {
  readonly page: Page
  readonly faults: string[]
}

/** Opens a page of a game. */
export async function openPage(
  browser: Browser,
  { url }: Pick<InspectedGame, 'url'>,
  path: string,
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const page = await (await browser.newContext({ acceptDownloads: true, ...options })).newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', (error) => void faults.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(?:blob|data):/.test(request.url())) faults.push(request.url())
  })
  await page.goto(`${url}${path}`)
  return { page, faults }
}

/** Takes a picture for people. @returns true if nothing is wider than the screen */
export async function picture({ page }: WatchedPage, name: string): Promise<boolean> {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: `${pictures}${name}.png` })
  if (isForPages && ofPages[name] !== undefined) {
    copyFileSync(
      `${pictures}${name}.png`,
      fileURLToPath(new URL(`../../docs/images/${ofPages[name]}`, import.meta.url)),
    )
  }
  const [isWide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
  return isWide <= width
}
