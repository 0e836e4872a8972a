import type { Clock, Logger, Recipients } from '@tygase/gamestate'
import { type World, worldEvent } from '@tygase/protocol'
import { EarlyWrites } from './early-writes.js'
import { connectionsOf, endDropping, sendToAll } from './event-dispatch.js'
import { FanOut, type FanOutOptions } from './fan-out.js'
import type { OwnedConnection } from './owned-connection.js'
import type { Quiet } from './quiet.js'
import type { ServerDispatchOptions } from './server-options.js'

export interface StreamOptions<State> extends FanOutOptions<State> {
  clock: Clock
  logger: Logger
  connections: ReadonlyMap<string, OwnedConnection>
  quiet: Quiet
}

/** What goes from the server to its clients: versions, events, and the news about the game. */
export class Stream<State> {
  readonly #options: StreamOptions<State>
  readonly #fanOut: FanOut<State>
  readonly #early: EarlyWrites
  #toldWorld: World | undefined
  #worldDue: (() => World) | undefined

  constructor(options: StreamOptions<State>) {
    this.#options = options
    this.#fanOut = new FanOut(options)
    this.#early = new EarlyWrites(options.clock, (connection) => {
      this.#write(connection, options.clock.now(), false)
    })
  }

  /** How often a client was left out because its transport was backed up. */
  get skipped(): number {
    return this.#fanOut.skipped
  }

  /** How many state messages have been encoded, however many clients got each. */
  get encoded(): number {
    return this.#fanOut.encoded
  }

  /**
   * Looks after the timers of all sessions, then writes to each client what it has not got. Costs nothing while all is quiet.
   * @param withState false between the ticks on which state goes out
   */
  turn(withState: boolean): void {
    const { clock, store, quiet } = this.#options
    if (this.#worldDue === undefined && quiet.lasts(clock.now(), store.version)) return
    this.#early.clear()
    if (this.#worldDue !== undefined) this.tellWorld(this.#worldDue())
    let bytes = 0
    for (const connection of this.#options.connections.values()) {
      // anew for each: what is written to the last of many clients is not stamped with the time of the first
      const nowMs = clock.now()
      connection.advance(nowMs)
      bytes += this.#write(connection, nowMs, withState)
    }
    if (bytes === 0) this.#rest()
  }

  /** Nobody was told anything: when has somebody to be, if nothing happens? */
  #rest(): void {
    const { store, quiet, connections } = this.#options
    const { version } = store
    let untilMs = Number.POSITIVE_INFINITY
    for (const connection of connections.values()) {
      untilMs = Math.min(untilMs, connection.quietUntilMs(version))
      if (untilMs === Number.NEGATIVE_INFINITY) return
    }
    quiet.begin(untilMs, version)
  }

  /**
   * An event of the client has its outcome. One that the server's handler gave does not wait for the tick; one of a rule
   * goes with the state that the rule has made.
   */
  settled(connection: OwnedConnection, byRule: boolean): void {
    this.#options.quiet.end()
    if (byRule) connection.owesState = true
    else this.#early.request(connection)
  }

  /** Nothing is written from now on but what the server asks for. */
  stop(): void {
    this.#early.clear()
  }

  /** A client that has just been let in does not wait for the tick. @returns the bytes that it was sent */
  welcome(connection: OwnedConnection): number {
    return this.#write(connection, this.#options.clock.now(), true)
  }

  /** The client has lost its transport and may come back. */
  suspend(connection: OwnedConnection): void {
    this.#fanOut.suspend(connection)
  }

  /** The client will not come back. */
  forget(connection: OwnedConnection): void {
    this.#fanOut.forget(connection)
    endDropping(connection, this.#options.logger)
  }

  /** Queues an event. @throws as `connectionsOf` and `sendToAll` do */
  dispatch(name: string, data: unknown, options: ServerDispatchOptions): void {
    this.#send(connectionsOf(options.targetClient ?? 'all', this.#options.connections), name, data, options)
  }

  /** Queues an event of a rule. That a client has left since the rule named it is nobody's mistake. */
  dispatchForRule(name: string, data: unknown, to: Recipients): void {
    const { connections } = this.#options
    const isByName = typeof to === 'string' ? to !== 'all' : !('except' in to)
    const clientIds = typeof to === 'string' ? [to] : 'except' in to ? [] : to
    const present = isByName ? clientIds.filter((clientId) => connections.has(clientId)) : to
    this.#send(connectionsOf(present, connections), name, data, {})
  }

  /** Tells all clients, save one whose welcome says it, what has changed about host and game; nothing when they know it. */
  tellWorld(world: World, welcomed?: OwnedConnection): void {
    this.#worldDue = undefined
    const told = this.#toldWorld
    if (told !== undefined && told.host === world.host && told.running === world.running) return
    this.#toldWorld = world
    const others = [...this.#options.connections.values()].filter((connection) => connection !== welcomed)
    this.#send(others, worldEvent, world, { retries: Number.POSITIVE_INFINITY })
  }

  /** The same on the next turn: when many leave at once and each was host, the others are told once. */
  tellWorldSoon(world: () => World): void {
    this.#worldDue = world
  }

  #send(connections: readonly OwnedConnection[], name: string, data: unknown, options: ServerDispatchOptions): void {
    const { store, clock, logger } = this.#options
    sendToAll(connections, { ...options, name, data, minVersion: store.version, now: clock.now() }, logger)
  }

  #write(connection: OwnedConnection, nowMs: number, withState: boolean): number {
    try {
      return this.#fanOut.write(connection, nowMs, withState)
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a client could not be written to')
      return 0
    }
  }
}
