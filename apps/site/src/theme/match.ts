import { bannerText, bodyColour, Crew, Joystick, link, Play, RateMeter, Stage, tag } from '@tygase/demo/parts'
import { Server } from '@tygase/server'

/** Latency one way and jitter in milliseconds, loss from 0 to 1. */
const networks = {
  none: { latencyMs: 0, jitterMs: 0, loss: 0 },
  wifi: { latencyMs: 5, jitterMs: 15, loss: 0 },
  mobile: { latencyMs: 40, jitterMs: 60, loss: 0.01 },
  awful: { latencyMs: 150, jitterMs: 100, loss: 0.05 },
} as const

const botCount = 7

/** Numbers about the game of this moment. */
export interface Figures {
  clients: number
  version: number
  /** That reach this client. */
  bytesPerSecond: number
  rttMs: number
  /** Of the reader's disc, in units of the arena; undefined if the reader only watches. */
  place: string | undefined
}

/** A game of Tag in this page: a server that does not listen, bots, and the reader's own client. */
export class Match {
  /** Called after each picture. */
  onPicture: ((nowMs: number) => void) | undefined
  readonly #server: Server<typeof tag>
  readonly #play: Play
  readonly #stage: Stage
  readonly #bytes = new RateMeter()
  readonly #joystick: Joystick
  #it = ''
  #banner = ''
  #isShown = true
  #isOver = false

  /**
   * @param canvas the arena is drawn on it
   * @param touch the element on which a thumb steers, and the stick that it shows
   * @throws as a rejection: the errors of `run` and `connect`
   */
  static async start(canvas: HTMLCanvasElement, touch: { stage: HTMLElement; stick: HTMLElement }): Promise<Match> {
    const server = new Server({ game: tag })
    await server.run({ port: false })
    await new Crew(server, { count: botCount, seed: Date.now() % 1_000_000 }).join()
    const play = await Play.open(server, { onTagged: () => {}, onChosen: () => {}, onStatus: () => {} })
    return new Match(server, play, new Stage(canvas), touch)
  }

  private constructor(
    server: Server<typeof tag>,
    play: Play,
    stage: Stage,
    touch: { stage: HTMLElement; stick: HTMLElement },
  ) {
    this.#server = server
    this.#play = play
    this.#stage = stage
    this.#joystick = new Joystick(touch.stage, touch.stick, () => this.steer(this.#joystick.direction))
    const draw = (nowMs: number): void => {
      if (this.#isOver) return
      if (this.#isShown) this.#draw(nowMs)
      requestAnimationFrame(draw)
    }
    requestAnimationFrame(draw)
  }

  /** One sentence about the next thing to do; empty if there is nothing. */
  get banner(): string {
    return this.#banner
  }

  get figures(): Figures {
    const { version, stats, rttMs } = this.#play.connection
    const bytesPerSecond = this.#bytes.sample(stats.bytesIn, performance.now())
    const disc = this.#play.frame.discs.find(({ clientId }) => clientId === this.#play.connection.clientId)
    const place = disc && `${Math.round(disc.x)} ${Math.round(disc.y)}`
    return { clients: this.#server.clients.size, version, bytesPerSecond, rttMs: rttMs ?? 0, place }
  }

  /** Takes part. */
  async join(): Promise<void> {
    await this.#play.join('You', undefined)
  }

  steer(direction: { dx: number; dy: number }): void {
    const length = Math.max(1, Math.hypot(direction.dx, direction.dy))
    this.#play.steer({ dx: direction.dx / length, dy: direction.dy / length })
  }

  /** Changes the network between this page's player and the server. */
  setNetwork(name: keyof typeof networks): void {
    link.change(networks[name])
  }

  /** A picture that is out of sight is not drawn; the game goes on. */
  show(isShown: boolean): void {
    this.#isShown = isShown
  }

  /** The end of the game and its server. */
  stop(): void {
    this.#isOver = true
    void this.#server.shutdown({ endSessions: true })
  }

  #draw(nowMs: number): void {
    const { frame, connection, joined } = this.#play
    const me = joined ? connection.clientId : undefined
    this.#stage.draw(frame, me, nowMs)
    const it = frame.discs.find((disc) => disc.isIt)
    if (it !== undefined && frame.taggedBy !== '' && frame.taggedBy === this.#it && frame.it !== this.#it) {
      this.#stage.burst({ ...it, colour: bodyColour(it.colour), startMs: nowMs })
    }
    this.#it = frame.it
    this.#banner = bannerText({
      plays: joined,
      isIt: it !== undefined && it.clientId === me,
      itName: it?.name,
      alone: frame.discs.length === 1,
      protection: frame.protection,
    })
    this.onPicture?.(nowMs)
  }
}
