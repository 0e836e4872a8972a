import type { AnyGame, Clock, Immutable, Logger } from '@tygase/gamestate'
import type { ChangedRows } from '@tygase/gamestate/internal'
import type { GameInfo, IncomingEvent, MemberInfo, ProtocolError, SessionCounts } from '@tygase/protocol/internal'
import type { ReplicaStore } from './replica.js'
import type { ArrivalLine } from './scene/arrival-line.js'
import type { Subscriptions } from './subscriptions.js'

// Types, and almost no code: a page that does not predict loads nothing of the prediction.

/** The versions that a client computes ahead of the server: own pending events and `timeStep` over the newest confirmed version. */
export interface Chain<State> {
  /** The tick from which it is computed: that of the newest confirmed version, or a later one if nothing happens in between. */
  readonly base: number
  /** The state after a tick. Before `base` it is that at `base`; beyond the bound it is that at the bound. */
  at(tick: number): Immutable<State>
  /** Rises when versions that were read before may differ now. */
  readonly revision: number
  /**
   * The rows that own pending events have set, edited or deleted, so far as the chain was read.
   * @param place also those of events that are in a version after this place. Default: none of them
   */
  touched(place?: number): readonly ChangedRows[]
}

/** How well the client and the server agree. A new object each time. */
export interface FeelStats {
  /** Ticks from the newest version to the own place. Ticks that change nothing count as versions. 0 without prediction. */
  readonly aheadTicks: number
  /**
   * How far behind the newest possible version others are drawn, in ms. While nothing changes: how far they would be. 0 before
   * the first `scene()`.
   */
  readonly delayMs: number
  /** Own events that the server ran later than in the tick in which they were shown. */
  readonly lateEvents: number
  /** Own events that this client could not run ahead: their rule has thrown, rejected or drawn from `ctx.random()` here. */
  readonly notPredicted: number
  /** Own events with `rewind` whose picture of others is older than the server allows: raise its `maxRewindMs`. */
  readonly rewindsCut: number
  /** Rebases that moved an own row that is drawn. */
  readonly corrections: number
  /** How often the prediction began anew from a newer version. */
  readonly rebases: number
  /** By how much the last correction moved a row, in the row's own units. */
  readonly lastCorrection: number
  /** Time of one predicted tick in ms, smoothed. */
  readonly tickCostMs: number
}

/** Without a prediction. @param delayMs see above */
export function noFeel(delayMs: number): FeelStats {
  return {
    delayMs,
    aheadTicks: 0,
    lateEvents: 0,
    notPredicted: 0,
    rewindsCut: 0,
    corrections: 0,
    rebases: 0,
    lastCorrection: 0,
    tickCostMs: 0,
  }
}

/** Handles an event of the server. */
export type Handler = (data: unknown, info: HandlerInfo) => unknown

/** What a handler gets besides the data. */
export interface HandlerInfo {
  /** True: an own event has dispatched it ahead of the server, and it may not happen. */
  readonly predicted: boolean
}

/** A handler with what belongs to it. */
export interface RegisteredHandler {
  readonly handler: Handler
  readonly onRetract: ((data: unknown) => unknown) | undefined
}

/** The part of a connection that a prediction reads. */
interface PredictedConnection {
  readonly clientId: string
  readonly isHost: boolean
  readonly gameRunning: boolean
  readonly status: string
  readonly members: ReadonlyMap<string, MemberInfo>
  readonly rttMs: number | undefined
  readonly jitterMs: number | undefined
  readonly stats: Pick<SessionCounts, 'packetsIn'>
  readonly store: ReplicaStore<unknown>
}

/** What a prediction knows of the connection that it belongs to. */
export interface PredictionHost {
  readonly connection: PredictedConnection
  readonly game: AnyGame
  /** The option `data` of `connect`. */
  readonly joinData: unknown
  readonly clock: Clock
  readonly logger: Logger
  /** Undefined before the welcome, like the line. */
  info(): GameInfo | undefined
  line(): ArrivalLine | undefined
  readonly link: {
    /** From the last hello to its welcome: the first guess of the round-trip time. */
    readonly handshakeMs: number | undefined
    readonly isReliable: boolean
    readonly session: { readonly fastest: { readonly rttMs: number } | undefined }
  }
  /** True until the outcome of an own event is known. */
  isPending(sequence: number): boolean
  handlersOf(name: string): readonly RegisteredHandler[]
  /** Sends events of the library too. @throws as `dispatchEvent` */
  sender(): {
    send(
      name: string,
      data: unknown,
      options: Pick<Stamp, 'repeatUntilMs'> & { readonly retries: number; readonly onFail: () => void },
      isUrgent: boolean,
    ): void
  }
}

/** The parts of a connection that its prediction works with. */
export interface PredictionParts extends Pick<PredictionHost, 'connection' | 'info' | 'sender'> {
  /** Those of `connect`: the game may be replaced. */
  readonly settings: {
    readonly game?: AnyGame | undefined
    readonly data?: unknown
    readonly clock: Clock
    readonly logger: Logger
  }
  readonly replica: { readonly line: ArrivalLine | undefined }
  readonly handlers: { of(name: string): readonly RegisteredHandler[] }
  readonly link: PredictionHost['link'] & { readonly session: { isPending(sequence: number): boolean } }
}

/** What a prediction adds to an event that is sent. */
export interface Stamp {
  /** The tick that this client lives in. */
  readonly tick: number
  /** The place on the axis of ticks that its screen showed of others. */
  readonly seen: number | undefined
  /** How long it may wait for other events before it is sent, in ms: it has to arrive by its tick. */
  readonly withinMs: number
  /** Until when the event goes into each packet of a lossy transport while it is not acked, in ms of the clock. */
  readonly repeatUntilMs: number
  /** The event is sent again: what has become of its stamp. @param silentMs since its last copy was sent */
  readonly again: (sequence: number, silentMs: number) => Restamp | undefined
}

/** What an event gets that seems to be lost and is sent again: it runs later. */
export interface Restamp {
  readonly tick: number
  readonly repeatUntilMs: number
}

/** A prediction at work, as its connection calls it. */
export interface RunningPrediction<State = unknown> {
  /** Its listeners are called with `predicted` when that may have changed. */
  readonly subscriptions: Subscriptions<[Immutable<State>]>
  readonly predicted: Immutable<State>
  /** Undefined while the prediction is switched off. */
  readonly feel: FeelStats | undefined
  /** Undefined before the first version, and while the prediction is switched off. */
  readonly chain: Chain<State> | undefined
  /** What to draw now. Undefined before the first version. */
  scene(): Immutable<State> | undefined
  /** The place on the axis of ticks in which this client lives. */
  ownPlace(): number
  /** @returns undefined for a name that is none of the game's events */
  stamp(name: string): Stamp | undefined
  /** An event with this stamp has been queued. The sequence is that of an older one if it has taken its place. */
  dispatched(sequence: number, name: string, payload: Uint8Array, stamp: Stamp): void
  /** The outcome of an own event is known. @param error undefined for an ack */
  settled(sequence: number, error: ProtocolError | undefined): void
  /** An own event has come to the server so many eighths of a tick before its tick; below 0: so late. Called once or more. */
  arrived(sequence: number, eighths: number): void
  /** A version has arrived. Called before it is announced. */
  confirmed(): void
  /** A version has come that cannot be read: its base is not here. Called before the acks that came with it. */
  missed(version: number): void
  /** After the listeners of the confirmed version. */
  notify(): void
  /** @returns true for an event of the server that was handled ahead: it is not handled again */
  isHandled(event: IncomingEvent): boolean
  end(): void
}

/** Made by `predict` of `@tygase/client/predict`, for the option `predict` of `connect`. */
export interface Prediction {
  /**
   * False: connections behave as without the option, so that both ways can be compared while a game is made. It may change
   * while they run. Default true.
   */
  enabled: boolean
  /** @internal */
  start(parts: PredictionParts): RunningPrediction
}
