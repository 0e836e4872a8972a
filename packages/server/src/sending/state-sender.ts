import {
  type AnyGame,
  encodeDelta,
  type GameStateStore,
  type Immutable,
  type Logger,
  type Precision,
} from '@tygase/gamestate'
import { type View, type ViewKey, Views, watch } from '@tygase/gamestate/internal'
import { type Counters, closeCodes, encodeStateMessage, sendShared } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { HeldVersions } from './held-versions.js'

/** Time after which an unconfirmed version is sent again, as long as the round-trip time is unknown. */
const resendStateMs = 100
/** A large state gets this much more time before its client counts as too slow: 128 KiB a second. */
const slowestBytesPerMs = 131.072

/** The writing of fewer bytes beside the state costs less than to count it. */
const leastChargedBytes = 256

/** A client that asks for large snapshots again and again waits a round trip before the second, and twice as long before each further one. */
const leastSnapshotWaitMs = 100
/** The most that it waits: shorter than the default `idleTimeoutMs`, after which it would give its transport up. */
const mostSnapshotWaitMs = 4000
/**
 * Snapshots up to this size may follow each other after `leastSnapshotWaitMs`: over a transport that loses packets an honest
 * client needs several, and a longer wait would let its state stand still.
 */
const cheapBytes = 4096
/** After this time without a snapshot its next one counts as the first again. */
const snapshotsForgottenMs = 30_000

/** When one client gets its next snapshot, which costs hundreds of times as much as to ask for it. */
class SnapshotPace {
  #count = 0
  #lastMs = Number.NEGATIVE_INFINITY

  /**
   * @param bytes of a snapshot, about
   * @returns true if a snapshot may go out now, which it then does
   */
  take(nowMs: number, rttMs = 0, bytes = Number.POSITIVE_INFINITY): boolean {
    const sinceMs = nowMs - this.#lastMs
    if (sinceMs >= snapshotsForgottenMs) this.#count = 0
    const isCheap = bytes <= cheapBytes
    const waitMs = isCheap ? leastSnapshotWaitMs : Math.max(leastSnapshotWaitMs, rttMs) * 2 ** (this.#count - 1)
    if (this.#count > 0 && sinceMs < Math.min(mostSnapshotWaitMs, waitMs)) return false
    this.#count = isCheap ? 1 : this.#count + 1
    this.#lastMs = nowMs
    return true
  }
}

export interface StateSenderOptions {
  store: GameStateStore<object>
  game: Pick<AnyGame, 'precision' | 'view' | 'viewKey'>
  /** A client with more unsent bytes than this is skipped. */
  maxBufferedBytes: number
  /** A client that is skipped for this long, plus the time of its last write at 128 KiB a second, is closed with `too_slow`. */
  slowTimeoutMs: number
  logger: Logger
  counters: Counters
  /** The clock of the room, in ms. */
  now: () => number
}

/** A version as a client sees it, and the version that the client has. */
interface StateUpdate {
  readonly state: Immutable<object>
  readonly base: number | undefined
  readonly baseState: Immutable<object> | undefined
  /** Equal for all clients that get the same bytes for this version. */
  readonly key: number | string | undefined
}

/**
 * Writes to a client: one delta from the version that it has, and the packet of its session, as one message. A delta is encoded
 * once for all clients with the same base and the same view, and its bytes are shared.
 */
export class StateSender {
  readonly #options: StateSenderOptions
  readonly #store: GameStateStore<object>
  #game: StateSenderOptions['game']
  #views: Views<object> | undefined
  /** State messages of one version, by the key of their update. */
  readonly #messages = new Map<number | string | undefined, Uint8Array>()
  #messagesVersion = -1
  /** Clients whose state or view cannot be made. The first one is logged, and the end of the last one. */
  readonly #failing = new Set<string>()
  #snapshotBytes: number | undefined

  constructor(options: StateSenderOptions) {
    this.#options = options
    this.#store = options.store
    this.#game = options.game
    this.#views = viewsOf(options.game)
  }

  /** Goes on with the views and the precision of other rules. The store was reset, so that no client has a base any more. */
  replaceGame(game: StateSenderOptions['game']): void {
    this.#game = game
    this.#views = viewsOf(game)
  }

  /** Bytes of the last snapshot: the expected cost of a join. Before the first one, those of the current state. */
  get snapshotBytes(): number {
    this.#snapshotBytes ??= encodeDelta<object>(undefined, this.#store.state).length
    return this.#snapshotBytes
  }

  /** The current version as the client may see it. @throws any error that the view throws */
  seenBy(clientId: string): Immutable<object> {
    const { state } = this.#store
    const views = this.#views
    return views === undefined ? state : views.of(state, clientId, views.keyOf(state, clientId))
  }

  /**
   * @param withState false: only the packet of the session, without a state, unless the client waits for the answer of a rule
   * @returns the number of bytes sent
   */
  write(link: ClientLink, nowMs: number, withState: boolean): number {
    const { transport } = link
    if (transport === undefined) return 0
    if (transport.bufferedBytes > this.#options.maxBufferedBytes) {
      this.#skip(link, nowMs)
      return 0
    }
    if (link.backedUpSinceMs !== undefined) link.backedUpSinceMs = undefined
    const isStateDue = (withState || link.owesState) && link.isJoined
    const state = isStateDue ? this.#tryState(link, transport.reliable, nowMs) : undefined
    // its snapshot waits, and the answer of a rule must not arrive before the state that the rule has made
    if (isStateDue && state === undefined && link.owesState) return 0
    try {
      const sent = state && { version: this.#store.version, message: state }
      // with nothing but a state there is nothing to charge
      const startMs = link.isQuiet(nowMs) ? nowMs : this.#options.now()
      const bytes = send(link, transport, nowMs, sent, this.#options.logger)
      // answers that are long or many cost time, which is their client's; a state is shared
      if (bytes - (state?.length ?? 0) >= leastChargedBytes) link.chargeAnswers(this.#options.now() - startMs)
      if (bytes > 0) link.lastWriteBytes = bytes
      return bytes
    } catch (error) {
      // how much the transport has taken is unknown: the session finds out when it resumes over another one
      this.#options.logger.warn({ err: error, clientId: link.id }, failed)
      link.lose()
      return 0
    }
  }

  /** The client has lost its transport and may resume: keeps the versions that it may have received. */
  suspend(link: ClientLink): void {
    const { stateBase } = link
    if (stateBase !== undefined) this.#heldFor(link).addRecent(stateBase)
  }

  /** The client will not resume: releases the state that is kept for it. */
  forget({ heldVersions, id }: ClientLink): void {
    heldVersions?.releaseBefore(Number.POSITIVE_INFINITY)
    this.#endFailing(id)
  }

  /** Without a state the session goes on with its events and acks. */
  #tryState(link: ClientLink, reliable: boolean, nowMs: number): Uint8Array | undefined {
    try {
      const message = this.#stateFor(link, reliable, nowMs)
      if (message !== undefined && this.#failing.size > 0) this.#endFailing(link.id)
      return message
    } catch (error) {
      if (this.#failing.size === 0) {
        const details = { err: error, version: this.#store.version, clientId: link.id }
        this.#options.logger.error(details, 'a state cannot be sent')
      }
      this.#failing.add(link.id)
      return undefined
    }
  }

  #endFailing(clientId: string): void {
    if (!this.#failing.delete(clientId) || this.#failing.size > 0) return
    this.#options.logger.info({ version: this.#store.version, clientId }, 'states can be sent again')
  }

  #skip(link: ClientLink, nowMs: number): void {
    const { counters, slowTimeoutMs } = this.#options
    counters.add('writesSkipped')
    const { stateBase } = link
    if (stateBase !== undefined) this.#heldFor(link).add(stateBase)
    link.backedUpSinceMs ??= nowMs
    // a large state over a slow network takes its time: its reader has not stopped
    const patienceMs = slowTimeoutMs + link.lastWriteBytes / slowestBytesPerMs
    if (nowMs - link.backedUpSinceMs >= patienceMs) link.drop('too_slow', closeCodes.too_slow.reason)
  }

  #heldFor(link: ClientLink): HeldVersions {
    link.heldVersions ??= new HeldVersions(this.#store)
    return link.heldVersions
  }

  #stateFor(link: ClientLink, reliable: boolean, nowMs: number): Uint8Array | undefined {
    const { version } = this.#store
    const base = link.stateBase
    const needsSnapshot = base === undefined || (!reliable && this.#store.at(base) === undefined)
    if (needsSnapshot && base !== version) {
      link.snapshots ??= new SnapshotPace()
      if (!link.snapshots.take(nowMs, link.rttMs, this.snapshotBytes)) return undefined
    }
    if (link.owesState) link.owesState = false
    if (base === version) return undefined
    if (!reliable) {
      const { lastState } = link
      const waitMs = link.rttMs ?? resendStateMs
      if (lastState?.version === version && nowMs - lastState.atMs < waitMs) return undefined
      link.lastState = { version, atMs: nowMs }
      // its ack takes a round trip, and by then the store may no longer keep the version
      const held = this.#heldFor(link)
      if (base !== undefined) held.releaseBefore(base)
      held.add(version)
    } else link.heldVersions?.releaseBefore(Number.POSITIVE_INFINITY)
    const message = this.#message(link.id, base)
    return message
  }

  #message(clientId: string, heldVersion: number | undefined): Uint8Array {
    const { version } = this.#store
    if (this.#messagesVersion !== version) {
      this.#messages.clear()
      this.#messagesVersion = version
    }
    // without views the base alone says which bytes a client gets
    const known = this.#views === undefined && heldVersion !== undefined ? this.#messages.get(heldVersion) : undefined
    if (known !== undefined) return known
    const { state, base, baseState, key } = this.#update(clientId, heldVersion)
    let message = this.#messages.get(key)
    if (message === undefined) {
      const { precision } = this.#game
      // reason: the precision of a game is one for the states of its store
      const encoding = { precision: precision as Precision<object> | undefined, isView: this.#views !== undefined }
      message = encodeStateMessage(version, base, encodeDelta<object>(baseState, state, encoding))
      this.#messages.set(key, message)
      this.#options.counters.add('statesEncoded')
      if (base === undefined) this.#snapshotBytes = message.length
    }
    return message
  }

  #update(clientId: string, heldVersion: number | undefined): StateUpdate {
    const { version, state } = this.#store
    const views = this.#views
    const baseState = heldVersion === undefined || heldVersion > version ? undefined : this.#store.at(heldVersion)
    const base = baseState === undefined ? undefined : heldVersion
    if (views === undefined) return { state, base, baseState, key: base }
    const viewKey = views.keyOf(state, clientId)
    const view = views.of(state, clientId, viewKey)
    if (baseState === undefined) return { state: view, base, baseState, key: `:${viewKey}` }
    // the view that the client had of its version: its key may have been another one then
    const baseKey = views.keyOf(baseState, clientId)
    const baseView = views.of(baseState, clientId, baseKey)
    return { state: view, base, baseState: baseView, key: `${base}:${baseKey.length}:${baseKey}:${viewKey}` }
  }
}

const failed = 'a transport failed'

/** @returns the number of bytes sent. @throws the error of the transport */
function send(
  link: ClientLink,
  transport: AcceptedTransport,
  nowMs: number,
  state: { version: number; message: Uint8Array } | undefined,
  logger: Logger,
): number {
  const packet = link.flush(nowMs, state && { version: state.version, bytes: state.message.length })
  // state and acks go in one message: an event is in a version exactly if the message with that version acks it
  if (state === undefined) {
    if (packet !== undefined) watch(logger, failed, transport.send(packet))
  } else watch(logger, failed, sendShared(transport, state.message, packet))
  let bytes = (state?.message.length ?? 0) + (packet?.length ?? 0)
  for (let more = packet; more !== undefined; ) {
    more = link.flush(nowMs)
    if (more === undefined) break
    watch(logger, failed, transport.send(more))
    bytes += more.length
  }
  return bytes
}

function viewsOf({ view, viewKey }: StateSenderOptions['game']): Views<object> | undefined {
  // reason: the game of a room is one for the states of its store
  return view && new Views<object>(view as View<object>, viewKey as ViewKey<object> | undefined)
}
