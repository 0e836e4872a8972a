import {
  type DeltaOptions,
  encodeDelta,
  type GameStateStore,
  type Immutable,
  type Logger,
  type Precision,
  type Views,
} from '@tygase/gamestate'
import { closeCodes, encodeStateMessage } from '@tygase/protocol'
import { sendShared } from '@tygase/protocol/internal'
import type { AcceptedTransport } from './entrance/listener.js'
import { HeldVersions } from './held-versions.js'
import type { OwnedConnection } from './owned-connection.js'

/** While the round-trip time is not known: after this long, a version that no word has come about is sent again. */
const resendStateMs = 100

/** A large state is given so long besides: what it takes at 128 KiB a second. */
const thinnestBytesPerMs = 131.072

export interface FanOutLimits {
  /** A client with more unsent bytes than this is skipped. */
  maxBufferedBytes: number
  /** One that has been skipped for so long, and as long as its last write takes at 128 KiB a second, without a write in between is dropped. */
  slowTimeoutMs: number
}

export interface FanOutOptions<State> {
  store: GameStateStore<State>
  precision: Precision<State> | undefined
  /** What each client may see; undefined: all see everything. */
  views: Views<State> | undefined
  limits: FanOutLimits
  logger: Logger
}

/** What is to be told: a version as somebody sees it, and what was told of an earlier one. */
interface Telling<State> {
  readonly state: Immutable<State>
  readonly base: number | undefined
  readonly baseState: Immutable<State> | undefined
  /** The same for all that are told the same of this version. */
  readonly key: number | string | undefined
}

/**
 * Writes to a client what it has not got: the state by one delta, then the session's packet. A delta is encoded once for
 * all clients with the same base and the same view, and its bytes are shared.
 */
export class FanOut<State> {
  readonly #store: GameStateStore<State>
  readonly #encoding: DeltaOptions<State>
  readonly #views: Views<State> | undefined
  readonly #limits: FanOutLimits
  readonly #logger: Logger
  /** The state messages of one version, by what they tell. */
  readonly #messages = new Map<number | string | undefined, Uint8Array>()
  #messagesVersion = -1
  /** The clients whose state or view could not be told; logged when there is a first one, and when there is none any more. */
  readonly #failing = new Set<string>()
  #skipped = 0
  #encoded = 0

  constructor({ store, precision, views, limits, logger }: FanOutOptions<State>) {
    this.#store = store
    this.#encoding = { precision, isView: views !== undefined }
    this.#views = views
    this.#limits = limits
    this.#logger = logger
  }

  /** How often a client was left out because its transport was backed up. */
  get skipped(): number {
    return this.#skipped
  }

  /** How many state messages have been encoded, however many clients got each. */
  get encoded(): number {
    return this.#encoded
  }

  /**
   * @param withState whether it is time for the state too, or for the session's packet alone
   * @returns the bytes that went out
   */
  write(connection: OwnedConnection, nowMs: number, withState: boolean): number {
    const { transport } = connection
    if (transport === undefined) return 0
    if (transport.bufferedBytes > this.#limits.maxBufferedBytes) {
      this.#skip(connection, nowMs)
      return 0
    }
    if (connection.backedUpSinceMs !== undefined) connection.backedUpSinceMs = undefined
    const isFirst = connection.isWelcomeDue
    const state = withState || connection.owesState ? this.#tryState(connection, transport.reliable, nowMs) : undefined
    try {
      const bytes = send(connection, transport, nowMs, state, isFirst)
      if (bytes > 0) connection.lastWriteBytes = bytes
      return bytes
    } catch (error) {
      // what it has taken of this nobody knows: the session finds out when it resumes over another one
      this.#logger.warn({ err: error, clientId: connection.clientId }, 'a transport failed')
      connection.lose()
      return 0
    }
  }

  /** Whatever a view does: without a state the session goes on with its events and acks. */
  #tryState(connection: OwnedConnection, reliable: boolean, nowMs: number): Uint8Array | undefined {
    const { clientId } = connection
    try {
      const message = this.#stateFor(connection, reliable, nowMs)
      if (message !== undefined && this.#failing.size > 0) this.#endFailing(clientId)
      return message
    } catch (error) {
      if (this.#failing.size === 0) {
        this.#logger.error({ err: error, version: this.#store.version, clientId }, 'a state cannot be told')
      }
      this.#failing.add(clientId)
      return undefined
    }
  }

  #endFailing(clientId: string): void {
    if (!this.#failing.delete(clientId) || this.#failing.size > 0) return
    this.#logger.info({ version: this.#store.version, clientId }, 'states can be told again')
  }

  /** Keeps what a client may come back with: all that went out lately, as nobody knows how much of it has arrived. */
  suspend(connection: OwnedConnection): void {
    const { stateBase } = connection
    if (stateBase !== undefined) this.#heldFor(connection).addRecent(stateBase)
  }

  /** Lets go of what was kept for a client that will not come back. */
  forget({ heldVersions, clientId }: OwnedConnection): void {
    heldVersions?.releaseBefore(Number.POSITIVE_INFINITY)
    this.#endFailing(clientId)
  }

  #skip(connection: OwnedConnection, nowMs: number): void {
    this.#skipped++
    const { stateBase } = connection
    if (stateBase !== undefined) this.#heldFor(connection).add(stateBase)
    connection.backedUpSinceMs ??= nowMs
    // one large state is given its time: over a thin network it is no reader that has stopped
    const patienceMs = this.#limits.slowTimeoutMs + connection.lastWriteBytes / thinnestBytesPerMs
    if (nowMs - connection.backedUpSinceMs >= patienceMs) {
      connection.drop('too_slow', closeCodes.too_slow.reason)
    }
  }

  #heldFor(connection: OwnedConnection): HeldVersions {
    connection.heldVersions ??= new HeldVersions(this.#store)
    return connection.heldVersions
  }

  #stateFor(connection: OwnedConnection, reliable: boolean, nowMs: number): Uint8Array | undefined {
    const { version } = this.#store
    const base = connection.stateBase
    if (connection.owesState) connection.owesState = false
    if (base === version) return undefined
    if (!reliable) {
      const { lastState } = connection
      const waitMs = connection.rttMs ?? resendStateMs
      if (lastState?.version === version && nowMs - lastState.atMs < waitMs) return undefined
      connection.lastState = { version, atMs: nowMs }
      // the client's word about it comes a round trip later, and the store may have moved on by then
      const held = this.#heldFor(connection)
      if (base !== undefined) held.releaseBefore(base)
      held.add(version)
    } else connection.heldVersions?.releaseBefore(Number.POSITIVE_INFINITY)
    const message = this.#message(connection.clientId, base)
    connection.stateSent(version)
    return message
  }

  #message(clientId: string, heldVersion: number | undefined): Uint8Array {
    const { version } = this.#store
    if (this.#messagesVersion !== version) {
      this.#messages.clear()
      this.#messagesVersion = version
    }
    // where all see the same, what was told of a base is told of it again
    const told = this.#views === undefined && heldVersion !== undefined ? this.#messages.get(heldVersion) : undefined
    if (told !== undefined) return told
    const { state, base, baseState, key } = this.#telling(clientId, heldVersion)
    let message = this.#messages.get(key)
    if (message === undefined) {
      message = encodeStateMessage(version, base, encodeDelta<State>(baseState, state, this.#encoding))
      this.#messages.set(key, message)
      this.#encoded++
    }
    return message
  }

  #telling(clientId: string, heldVersion: number | undefined): Telling<State> {
    const { version, state } = this.#store
    const views = this.#views
    const baseState = heldVersion === undefined || heldVersion > version ? undefined : this.#store.at(heldVersion)
    const base = baseState === undefined ? undefined : heldVersion
    if (views === undefined) return { state, base, baseState, key: base }
    const viewKey = views.keyOf(state, clientId)
    const view = views.of(state, clientId, viewKey)
    if (baseState === undefined) return { state: view, base, baseState, key: `:${viewKey}` }
    // what the client saw of the version that it has: it may have had another key then
    const baseKey = views.keyOf(baseState, clientId)
    const baseView = views.of(baseState, clientId, baseKey)
    return { state: view, base, baseState: baseView, key: `${base}:${baseKey.length}:${baseKey}:${viewKey}` }
  }
}

/** @returns the bytes that went out. @throws what the transport throws */
function send(
  connection: OwnedConnection,
  transport: AcceptedTransport,
  nowMs: number,
  state: Uint8Array | undefined,
  isFirst: boolean,
): number {
  const packet = connection.flush(nowMs)
  if (state === undefined) {
    if (packet !== undefined) transport.send(packet)
  } else if (isFirst && packet !== undefined) {
    // in one packet behind the welcome: the first thing that a client hears has its state in it
    transport.send(join(packet, state))
  } else sendShared(transport, state, packet)
  let bytes = (state?.length ?? 0) + (packet?.length ?? 0)
  for (let more = packet; more !== undefined; ) {
    more = connection.flush(nowMs)
    if (more === undefined) break
    transport.send(more)
    bytes += more.length
  }
  return bytes
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
