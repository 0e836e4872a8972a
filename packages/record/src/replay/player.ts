import type { Connection, Interpolation, SelectOptions } from '@tygase/client'
import { Subscriptions, subscribeSelected } from '@tygase/client/internal'
import type { AnyGame, Clock, Immutable, ServerEventsOf, StateOf } from '@tygase/gamestate'
import {
  guard,
  guardedClock,
  type LoggerOption,
  movementSpan,
  placeBetween,
  systemClock,
  toBriefLogger,
} from '@tygase/gamestate/internal'
import { RecordError } from '../errors.js'
import { type Chunk, isFor } from './chunk.js'

/** The part of a recording that a player has at hand: a chunk, for example. */
export type Span<State> = Pick<
  Chunk<State>,
  'firstTick' | 'lastTick' | 'versions' | 'at' | 'versionAt' | 'untimedAt' | 'serverEvents'
>

/** Where a player finds its spans. The last tick of a span is the first one of the next. */
export interface PlayerSource<G extends AnyGame> {
  readonly game: G
  readonly tickRate: number
  /** Distance of two states, at most. */
  readonly stateEveryTicks: number
  readonly firstTick: number
  readonly lastTick: number
  load(tick: number): Promise<Span<StateOf<G>>>
}

/** Options of a player. */
export interface PlayerOptions {
  /** Where it begins. Default: at the first tick. */
  fromTick?: number
  /** The pace: 1 is that of the game, 0 stands still, 64 is the most. Default 1. */
  rate?: number
  /** The client that is followed: `clientId` of the player, and the server events that it gets. Default: none. */
  clientId?: string
  /** Gets listeners and handlers that fail, and parts that cannot be loaded. Default: the console. */
  logger?: LoggerOption
  /** Default: real time. */
  clock?: Clock
}

const optionNames = ['fromTick', 'rate', 'clientId', 'logger', 'clock']
const mostRate = 64

/** The part of a connection that drawing code needs: a player has it, too. */
type Face<G extends AnyGame> = Pick<
  Connection<G>,
  | 'between'
  | 'clientId'
  | 'gameRunning'
  | 'onGameChange'
  | 'predicted'
  | 'registerEventHandler'
  | 'scene'
  | 'state'
  | 'subscribe'
  | 'tickRate'
  | 'time'
  | 'version'
>

/**
 * Plays what was recorded, with the face of a connection: `state`, `subscribe`, `scene`, `time` and the server events, so that
 * the code that draws a game need not know which of both it draws. It runs until the last tick, and stands still there.
 */
export class Player<G extends AnyGame = AnyGame> implements Face<G> {
  readonly #source: PlayerSource<G>
  readonly #clock: Clock
  readonly #logger: ReturnType<typeof toBriefLogger>
  readonly #states: Subscriptions<[Immutable<StateOf<G>>]>
  readonly #gameListeners: Subscriptions<[]>
  readonly #handlers = new Map<string, Subscriptions<[data: never, info: { readonly predicted: boolean }]>>()
  readonly #stepMs: number
  /** The client that is followed. */
  clientId: string
  #span: Span<StateOf<G>>
  /** The span that follows, once it is loaded. */
  #next: Span<StateOf<G>> | undefined
  #isLoading = false
  #rate: number
  /** It was at this place at this time, and goes on from there. */
  #from = { place: 0, atMs: 0 }
  /** The last tick of which the listeners have heard. */
  #shownTick: number
  #wasRunning = true
  #drawn: (Interpolation<unknown> & { readonly state: unknown }) | undefined
  #cancelTurn: (() => void) | undefined
  /** Counts the calls of `seek`: the last one counts. */
  #seeks = 0
  #isClosed = false

  /** For `Replay.play` and `rewind`. */
  static async open<G extends AnyGame>(source: PlayerSource<G>, options: PlayerOptions): Promise<Player<G>> {
    checkOptions(options)
    const fromTick = clamped(options.fromTick ?? source.firstTick, source)
    return new Player(source, await source.load(fromTick), fromTick, options)
  }

  private constructor(source: PlayerSource<G>, span: Span<StateOf<G>>, fromTick: number, options: PlayerOptions) {
    this.#source = source
    this.#span = span
    this.#logger = toBriefLogger(options.logger)
    this.#clock = guardedClock(options.clock ?? systemClock, this.#logger)
    this.#states = new Subscriptions(this.#logger, 'the state')
    this.#gameListeners = new Subscriptions(this.#logger, 'the game')
    this.#stepMs = 1000 / source.tickRate
    this.#rate = options.rate ?? 1
    this.clientId = options.clientId ?? ''
    this.#shownTick = Math.floor(fromTick)
    this.#from = { place: fromTick, atMs: this.#clock.now() }
    this.#wasRunning = this.gameRunning
    this.#schedule()
  }

  /** The first tick that it can show. */
  get firstTick(): number {
    return this.#source.firstTick
  }

  /** The last tick that it can show. */
  get lastTick(): number {
    return this.#source.lastTick
  }

  /** Ticks a second of the game. */
  get tickRate(): number {
    return this.#source.tickRate
  }

  /** The place on the axis of ticks, with a fraction. */
  get tick(): number {
    return this.#placeAt(this.#clock.now())
  }

  /** True at the last tick. */
  get ended(): boolean {
    return this.tick >= this.lastTick
  }

  /** False while it stands still. */
  get gameRunning(): boolean {
    return !this.#isClosed && this.#rate > 0 && !this.ended
  }

  /** The state after the last tick that was played, frozen. */
  get state(): Immutable<StateOf<G>> {
    return this.#span.at(this.version)!
  }

  /** `state`: nothing is ahead of a recording. */
  get predicted(): Immutable<StateOf<G>> {
    return this.state
  }

  /** The tick that made `state`. */
  get version(): number {
    return this.#span.versionAt(this.#shownTick)
  }

  /** Game time in seconds. */
  get time(): number {
    const { tick } = this
    return (tick - this.#span.untimedAt(tick)) / this.tickRate
  }

  /** The pace: 1 is that of the game, 0 stands still. */
  get rate(): number {
    return this.#rate
  }

  /** @throws RecordError `invalid_argument` for a number that is not from 0 to 64 */
  set rate(rate: number) {
    checkRate(rate)
    const nowMs = this.#clock.now()
    this.#from = { place: this.#placeAt(nowMs), atMs: nowMs }
    this.#rate = rate
    this.#noteRunning()
    this.#schedule()
  }

  /**
   * Goes to a tick, and on from there. Server events between are left out. Resolves when the state is there; at once with another
   * call, which then counts.
   * @param tick outside of the recording: its nearest tick
   * @throws as a rejection: RecordError `recording_damaged`, `invalid_argument`; the error of the source. It stays where it was.
   */
  async seek(tick: number): Promise<void> {
    if (typeof tick !== 'number' || Number.isNaN(tick)) throw invalidArgument('a tick is a number')
    const place = clamped(tick, this.#source)
    const seek = ++this.#seeks
    const span = isWithin(place, this.#span) ? this.#span : await this.#source.load(place)
    if (seek !== this.#seeks || this.#isClosed) return
    if (span !== this.#span) this.#next = undefined
    this.#span = span
    this.#from = { place, atMs: this.#clock.now() }
    this.#shownTick = Math.floor(place)
    this.#noteRunning()
    this.#states.notify(this.state)
    this.#schedule()
  }

  /** Ends it: listeners hear of nothing any more. */
  close(): void {
    this.#isClosed = true
    this.#cancelTurn?.()
  }

  /** As `subscribe` of a connection: calls `listener` with each new state, or when what `selector` takes from it has changed. */
  subscribe(
    listener: (state: Immutable<StateOf<G>>) => unknown,
    options?: Pick<SelectOptions<never>, 'immediate' | 'predicted'>,
  ): () => void
  subscribe<Value>(
    selector: (state: Immutable<StateOf<G>>) => Value,
    listener: (value: Value, previous: Value) => unknown,
    options?: SelectOptions<Value>,
  ): () => void
  subscribe<Value>(
    first: (state: Immutable<StateOf<G>>) => Value,
    second?: ((value: Value, previous: Value) => unknown) | SelectOptions<never>,
    options: SelectOptions<Value> = {},
  ): () => void {
    if (typeof second === 'function') return subscribeSelected(this.#states, this.state, first, second, options)
    const off = this.#states.add(first)
    if (second?.immediate === true) this.#states.call(() => first(this.state))
    return off
  }

  /** Calls `listener` when `gameRunning` has changed. @returns a function that ends it */
  onGameChange(listener: () => unknown): () => void {
    return this.#gameListeners.add(listener)
  }

  /**
   * Calls `handler` with the events that rules have sent to all, and to the client of `clientId`.
   * @returns a function that takes the handler off
   */
  registerEventHandler<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    handler: (data: ServerEventsOf<G>[Name], info: { readonly predicted: boolean }) => unknown,
  ): () => void {
    const handlers = this.#handlers.get(name) ?? new Subscriptions(this.#logger, `'${name}'`)
    this.#handlers.set(name, handlers)
    return handlers.add(handler)
  }

  /** What to draw now: the state, with the numbers that the game's `motion` names on their way to the next one. Frozen. */
  scene(): Immutable<StateOf<G>> {
    const { motion } = this.#source.game
    if (motion === undefined) return this.state
    const { from, to, alpha } = this.between(0)
    const drawn = this.#drawn
    if (drawn?.from !== from || drawn.to !== to || drawn.alpha !== alpha) {
      this.#drawn = { from, to, alpha, state: motion.blend(from, to, alpha) }
    }
    return this.#drawn!.state as Immutable<StateOf<G>>
  }

  /** Two states around the moment `delayMs` ago, and the place between them. */
  between(delayMs: number): Interpolation<StateOf<G>> {
    const span = this.#span
    const place = this.tick - delayMs / this.#stepMs
    const { from, to, alpha } = placeBetween(span.versions, place, movementSpan * this.#source.stateEveryTicks)
    return { from: span.at(from)!, to: span.at(to)!, alpha }
  }

  /** It goes no further than what is loaded. */
  #placeAt(nowMs: number): number {
    const { place, atMs } = this.#from
    const passed = (Math.max(0, nowMs - atMs) * this.#rate) / this.#stepMs
    const last = this.#next?.lastTick ?? this.#span.lastTick
    return Math.min(place + passed, last, this.lastTick)
  }

  #turn(): void {
    const nowMs = this.#clock.now()
    const place = this.#placeAt(nowMs)
    this.#from = { place, atMs: nowMs }
    const before = this.version
    while (this.#shownTick < Math.floor(place)) {
      const last = Math.min(Math.floor(place), this.#span.lastTick)
      this.#handOut(this.#shownTick + 1, last)
      this.#shownTick = last
      if (last === this.#span.lastTick && !this.#goOn()) break
    }
    if (this.version !== before) this.#states.notify(this.state)
    this.#noteRunning()
    this.#loadAhead(place)
    this.#schedule()
  }

  /** Goes on with the next span. @returns false if there is none yet */
  #goOn(): boolean {
    if (this.#next === undefined) return false
    this.#span = this.#next
    this.#next = undefined
    return true
  }

  #handOut(from: number, to: number): void {
    if (this.#handlers.size === 0) return
    for (const { name, data, to: recipients } of this.#span.serverEvents(from, to)) {
      if (isFor(recipients, this.clientId)) this.#handlers.get(name)?.notify(data as never, { predicted: false })
    }
  }

  /** Loads the next span when half of this one is played. */
  #loadAhead(place: number): void {
    const { firstTick, lastTick } = this.#span
    const isEarly = place < (firstTick + lastTick) / 2
    if (isEarly || this.#isLoading || this.#next !== undefined || lastTick >= this.lastTick) return
    this.#isLoading = true
    const done = (): void => {
      this.#isLoading = false
    }
    const load = async (): Promise<void> => {
      const next = await this.#source.load(lastTick)
      // it may have gone elsewhere meanwhile
      if (this.#span.lastTick === next.firstTick) {
        const nowMs = this.#clock.now()
        this.#from = { place: this.#placeAt(nowMs), atMs: nowMs }
        this.#next = next
      }
    }
    guard(this.#logger, 'the next part of a recording cannot be loaded', () => load().finally(done))
  }

  #noteRunning(): void {
    const isRunning = this.gameRunning
    if (isRunning === this.#wasRunning) return
    this.#wasRunning = isRunning
    this.#gameListeners.notify()
  }

  #schedule(): void {
    this.#cancelTurn?.()
    this.#cancelTurn = undefined
    if (!this.gameRunning) return
    const { tick } = this
    const delayMs = ((Math.floor(tick) + 1 - tick) * this.#stepMs) / this.#rate
    this.#cancelTurn = this.#clock.schedule(delayMs, () => this.#turn())
  }
}

function isWithin(tick: number, { firstTick, lastTick }: Pick<Span<unknown>, 'firstTick' | 'lastTick'>): boolean {
  return tick >= firstTick && tick < lastTick
}

function clamped(tick: number, { firstTick, lastTick }: Pick<Span<unknown>, 'firstTick' | 'lastTick'>): number {
  return Math.max(firstTick, Math.min(lastTick, tick))
}

function checkOptions(options: PlayerOptions): void {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined)
    throw invalidArgument(`a player has no option '${unknown}'; it has ${optionNames.join(', ')}`)
  if (options.rate !== undefined) checkRate(options.rate)
  if (options.fromTick !== undefined && Number.isNaN(options.fromTick)) throw invalidArgument('fromTick is a number')
}

function checkRate(rate: number): void {
  if (!(rate >= 0 && rate <= mostRate)) throw invalidArgument(`rate is a number from 0 to ${mostRate}, not ${rate}`)
}

function invalidArgument(message: string): RecordError {
  return new RecordError('invalid_argument', message)
}
