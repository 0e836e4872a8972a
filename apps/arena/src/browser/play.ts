import { type Connection, connect } from '@tygase/client'
import type { ServerEventsOf } from '@tygase/gamestate'
import { fullHealth, maxVolleys, reach, type Spot, shotTicks, tickRate } from '../field.js'
import { arena } from '../game.js'
import { toThousandths } from '../rules/geometry.js'
import { link, prediction } from './hud/network.js'

type News = ServerEventsOf<typeof arena>

export interface PlayListener {
  /** The player has shot. */
  onShot(shot: News['shot']): void
  /** Another player has shot, in sight. */
  onTracer(tracer: News['tracer']): void
  onHit(hit: News['hit']): void
  /** A hit that was shown has not happened. */
  onNoHit(hit: News['hit']): void
  onTaken(taken: News['taken']): void
  /** A pick-up that was shown as taken is another player's. */
  onNotTaken(taken: News['taken']): void
  onKilled(killed: News['killed']): void
  /** The connection has lost its transport, has come back, or has ended. */
  onStatus(status: 'connected' | 'suspended' | 'closed', code: string | undefined, reason: string | undefined): void
}

/** Steering is sent again until it arrives: a disc whose stop is lost would run on for ever. */
const retries = Number.POSITIVE_INFINITY
/** What is not ready, or gone, shows by itself: the game takes back what it has shown. */
const onFail = (): void => {}
/** The page keeps what it has seen for so long, to show it again. */
const killCamSeconds = 10
/** A smaller change of the aim is not worth an event, in radians. */
const minTurn = 0.02
const shotMs = (shotTicks / tickRate) * 1000
/** A pick-up that the server has refused is not asked for again within this time. */
const askAgainMs = 500
/** The page asks a little nearer than the rule allows: its own place may be off by a fraction. */
const surely = 0.95

/** One connection to a room: what the player does goes out, and what happens comes in. */
export class Play {
  readonly connection: Connection<typeof arena>
  #aimed = 0
  #nextShotMs = 0
  readonly #askedMs = new Map<number, number>()

  /** @throws as a rejection: the errors of `connect` */
  static async open(url: string, name: string, listener: PlayListener): Promise<Play> {
    return new Play(
      await connect(url, {
        game: arena,
        data: { name },
        link,
        predict: prediction,
        maxVersions: killCamSeconds * tickRate,
      }),
      listener,
    )
  }

  private constructor(connection: Connection<typeof arena>, listener: PlayListener) {
    this.connection = connection
    connection.registerEventHandler('shot', (shot) => listener.onShot(shot))
    connection.registerEventHandler('tracer', (tracer) => listener.onTracer(tracer))
    connection.registerEventHandler('hit', (hit) => listener.onHit(hit), { onRetract: (hit) => listener.onNoHit(hit) })
    connection.registerEventHandler('taken', (taken) => listener.onTaken(taken), {
      onRetract: (taken) => listener.onNotTaken(taken),
    })
    connection.registerEventHandler('killed', (killed) => listener.onKilled(killed))
    connection.onStatus((status, info) => {
      if (status === 'connecting' || status === 'disconnecting') return
      listener.onStatus(status, info?.code, info?.reason)
    })
  }

  steer(dx: number, dy: number): void {
    if (this.#isOpen)
      this.connection.dispatchEvent('steer', { dx: toThousandths(dx), dy: toThousandths(dy) }, { retries })
  }

  launch(angle: number): void {
    if (this.#canAct) this.connection.dispatchEvent('launch', { angle: toThousandths(angle) }, { onFail })
  }

  /** Does what is due in a frame: aims, shoots, and takes the pick-ups that the disc has reached. */
  act(nowMs: number, angle: number, fires: boolean): void {
    if (!this.#canAct) return
    if (fires && nowMs >= this.#nextShotMs) {
      // by its own clock, so that frames do not slow it down
      this.#nextShotMs = (nowMs < this.#nextShotMs + shotMs ? this.#nextShotMs : nowMs) + shotMs
      this.#aimed = angle
      this.connection.dispatchEvent('shoot', { angle: toThousandths(angle) }, { onFail })
    } else if (Math.abs(angle - this.#aimed) > minTurn) {
      this.#aimed = angle
      // a mouse reports more often than the game ticks: the newest one counts
      this.connection.dispatchEvent('aim', { angle: toThousandths(angle) }, { replace: true })
    }
    this.#take(nowMs)
  }

  #take(nowMs: number): void {
    const { bodies, pickups } = this.connection.predicted
    const own = bodies.get(this.connection.clientId)
    if (own === undefined || own.waits) return
    for (const [id, pickup] of pickups) {
      const isUseful = pickup.kind === 'med' ? own.health < fullHealth : own.volleys < maxVolleys
      if (!pickup.isThere || !isUseful || distance(own, pickup) > reach * surely) continue
      if (nowMs < (this.#askedMs.get(id) ?? Number.NEGATIVE_INFINITY) + askAgainMs) continue
      this.#askedMs.set(id, nowMs)
      this.connection.dispatchEvent('take', { id }, { onFail })
    }
  }

  get #isOpen(): boolean {
    return this.connection.status !== 'closed'
  }

  get #canAct(): boolean {
    const { status, state, clientId } = this.connection
    return status === 'connected' && state.phase === 'play' && state.bodies.get(clientId)?.waits === false
  }
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
