import type { GameStateStore, Immutable, Logger } from '@tygase/gamestate'
import { elementBytes, elementsOf, type Motion, registerReader, TygaseError } from '@tygase/gamestate/internal'
import { type GameInfo, gameTimeOf } from '@tygase/protocol/internal'
import { decodeVersion } from '#runtime'
import type { ArrivalLine } from './scene/arrival-line.js'
import { follow } from './scene/moving-place.js'
import { type Interpolation, Scene } from './scene/scene.js'
import { Subscriptions } from './subscriptions.js'

/** The versions that a replica keeps, readonly. */
export type ReplicaStore<State> = Pick<
  GameStateStore<State>,
  'version' | 'oldestVersion' | 'versionCount' | 'state' | 'at' | 'timeOf' | 'versions'
>

/**
 * What became of a state message. `ignored`: it brings nothing new. `needs_snapshot`: its base is not kept.
 * `unreadable`: its bytes are no delta. `too_large`: the state would take more than the limit.
 */
export type ReplicaResult = 'applied' | 'ignored' | 'needs_snapshot' | LoadPart | 'unreadable' | 'too_large'

/** Loads a part of the decoder that the message needs and the page does not have yet. */
type LoadPart = () => Promise<void>

/** The parts of the decoder that not every page needs, by the code of the error of a message that needs one. */
const decoderParts: Readonly<Record<string, LoadPart>> = {
  maps_not_loaded: () => import('./maps-part.js').then((part) => registerReader('maps', part.readVersionMap)),
  arrays_not_loaded: () =>
    import('@tygase/gamestate/internal/arrays').then((part) => registerReader('arrays', part.readArrayChange)),
}

/** One version of the window. */
interface Kept<State> {
  readonly version: number
  readonly state: Immutable<State>
  readonly timeMs: number
  /** Those that it does not share with the version before it. */
  readonly elements: number
}

/** The memory of versions that a replica keeps beyond the newest one is counted by what each has not shared with the one before. */
function elementsOfAll(kept: readonly Kept<unknown>[]): number {
  return kept.reduce((sum, { elements }, place) => (place === 0 ? sum : sum + elements), elementsOf(kept[0]!.state))
}

/**
 * Versions beyond the window that are kept because the server may take them as a base. A server that acks none for so long
 * has to send a snapshot.
 */
const mostHeld = 112

/** The window of versions of a replica. Invariant: the numbers rise, and there is at least one version. */
class Versions<State> implements ReplicaStore<State> {
  readonly #maxVersions: number
  /** Oldest first. */
  readonly #kept: Kept<State>[]
  /** At least what all versions take. Rises with each version, until it has to be counted anew. */
  #elements: number

  constructor(maxVersions: number, first: Kept<State>) {
    this.#maxVersions = maxVersions
    this.#kept = [first]
    this.#elements = first.elements
  }

  get state(): Immutable<State> {
    return this.#kept.at(-1)!.state
  }

  get version(): number {
    return this.#kept.at(-1)!.version
  }

  get oldestVersion(): number {
    return this.#kept[0]!.version
  }

  get versionCount(): number {
    return this.#kept.length
  }

  at(version: number): Immutable<State> | undefined {
    return this.#find(version)?.state
  }

  timeOf(version: number): number | undefined {
    return this.#find(version)?.timeMs
  }

  versions(): number[] {
    return this.#kept.map(({ version }) => version)
  }

  /**
   * Drops the oldest versions until a new one and the others take at most so many elements.
   * @returns false if it alone takes more
   */
  makeRoom(kept: Kept<State>, maxElements: number): boolean {
    if (this.#elements + kept.elements <= maxElements) return true
    const all = [...this.#kept, kept]
    for (;;) {
      const elements = elementsOfAll(all)
      if (elements <= maxElements) {
        this.#kept.splice(0, this.#kept.length + 1 - all.length)
        this.#elements = elements - kept.elements
        return true
      }
      if (all.length === 1) return false
      // half of them at once, since counting walks the whole state
      all.splice(0, all.length >> 1)
    }
  }

  /** @param floor versions from this on are kept beyond the window */
  add(kept: Kept<State>, floor: number): void {
    this.#kept.push(kept)
    this.#elements += kept.elements
    while (this.#kept.length > this.#maxVersions) {
      if (this.oldestVersion >= floor && this.#kept.length <= this.#maxVersions + mostHeld) return
      this.#kept.shift()
    }
  }

  #find(version: number): Kept<State> | undefined {
    return this.#kept.find((kept) => kept.version === version)
  }
}

/** The versions of the server's state that have arrived, each one whole, and the times of their arrival. */
export class Replica<State> {
  readonly subscriptions: Subscriptions<[Immutable<State>]>
  readonly #maxVersions: number
  readonly #maxElements: number
  readonly #logger: Logger
  #store: Versions<State> | undefined
  #scene: Scene | undefined
  /** The last base that the server has named: it takes no older one from now on. */
  #base = 0

  constructor(maxVersions: number, maxStateBytes: number, logger: Logger) {
    this.subscriptions = new Subscriptions(logger, 'the state')
    this.#maxVersions = maxVersions
    this.#maxElements = maxStateBytes / elementBytes
    this.#logger = logger
  }

  /** Undefined until the first version is there. */
  get store(): ReplicaStore<State> | undefined {
    return this.#store
  }

  /** Takes the pace of the game. It is known before the first version; later calls do nothing. */
  setPace(tickRate: number, sendEveryTicks: number): void {
    this.#scene ??= new Scene(tickRate, sendEveryTicks)
  }

  /** The game goes on after a pause: times of arrivals before it say nothing any more. */
  resumed(): void {
    this.#scene?.line.restart()
  }

  /** When the versions arrive. Undefined until the pace is known. */
  get line(): ArrivalLine | undefined {
    return this.#scene?.line
  }

  /** How far behind the newest possible version `drawn` has drawn last, in ms. */
  get delayMs(): number {
    return this.#scene?.delayMs ?? 0
  }

  /**
   * Takes a state message; `notify` follows if it is applied. A message that cannot be used changes nothing.
   * @param base undefined for a snapshot
   * @param isInOrder whether messages cannot overtake each other: the server then means a snapshot of an older version
   */
  take(version: number, base: number | undefined, delta: Uint8Array, nowMs: number, isInOrder: boolean): ReplicaResult {
    const store = this.#store
    const isStale = store !== undefined && version <= store.version
    if (isStale && !(isInOrder && base === undefined)) return 'ignored'
    const baseState = base === undefined ? undefined : store?.at(base)
    if (base !== undefined && baseState === undefined) return 'needs_snapshot'
    let kept: Kept<State>
    try {
      const { state, elements } = decodeVersion<State>(baseState, delta, this.#maxElements, this, version)
      kept = { version, state, timeMs: nowMs, elements }
    } catch (error) {
      const code = error instanceof TygaseError ? error.code : ''
      const load = decoderParts[code]
      if (load !== undefined) return load
      this.#logger.warn({ err: error, version, base }, 'a state message cannot be read')
      return code === 'value_limit' ? 'too_large' : 'unreadable'
    }
    if (store?.makeRoom(kept, this.#maxElements) === false) return 'too_large'
    if (base !== undefined) this.#base = base
    if (store === undefined || isStale) {
      // versions begin here, or begin anew with an older one: in a window of their own, so that no number stands for two states
      this.#store = new Versions(this.#maxVersions, kept)
      this.#base = 0
      this.#scene?.restart()
    } else {
      // a server that sends in order takes no base but the last one
      store.add(kept, isInOrder ? version : this.#base)
    }
    this.#scene?.line.arrived(version, nowMs)
    return 'applied'
  }

  /** Calls the subscribers with the newest version. */
  notify(): void {
    if (this.subscriptions.size > 0) this.subscriptions.notify(this.#store!.state)
  }

  /** The versions around the moment `delayMs` ago. Call it only when there is a version. */
  between(nowMs: number, delayMs: number): Interpolation<State> {
    return this.#scene!.between(this.#store!, nowMs, delayMs)
  }

  /** The picture of `nowMs`. Call it only when there is a version. */
  drawn(nowMs: number, motion: Motion<State> | undefined): Immutable<State> {
    return this.#scene!.at(this.#store!, motion, nowMs)
  }
}

/**
 * The game time at the server, in seconds: what `ctx.time` of the tick that is due now is. It moves at the pace of real
 * time while the game runs, also if no version comes, and stands still during a pause.
 *
 * Invariant: `at` never gives an earlier time than before, except after `restart`.
 */
export class GameTime {
  #info: GameInfo | undefined
  #infoAtMs = 0
  #newest = 0
  #shownMs: number | undefined
  #shownAtMs = 0

  /** Takes a message of the server about its ticks. */
  take(info: GameInfo, nowMs: number, clockOffsetMs: number | undefined): void {
    // the time until now counts with the old pace
    if (this.#info !== undefined) this.at(nowMs, clockOffsetMs)
    this.#info = info
    this.#infoAtMs = nowMs
  }

  /** The replica is at `version`: no earlier game time is possible, unless the version was made during a pause. */
  reached(version: number): void {
    this.#newest = version
  }

  /** Forgets the time that was shown: the server's versions begin anew. */
  restart(): void {
    this.#shownMs = undefined
  }

  /**
   * @param clockOffsetMs to add to `nowMs` for the server's clock; undefined until measured
   * @returns seconds of game time at `nowMs`; 0 before the server has said anything
   */
  at(nowMs: number, clockOffsetMs: number | undefined): number {
    const info = this.#info
    if (info === undefined) return 0
    const wantedMs = this.#wantedMs(info, nowMs, clockOffsetMs)
    const passedMs = Math.max(0, nowMs - this.#shownAtMs)
    const shownMs = this.#shownMs
    this.#shownAtMs = nowMs
    if (shownMs === undefined) this.#shownMs = wantedMs
    else this.#shownMs = follow(shownMs, wantedMs, info.running ? passedMs : 0, passedMs)
    return this.#shownMs / 1000
  }

  #wantedMs(info: GameInfo, nowMs: number, clockOffsetMs: number | undefined): number {
    const { tick, atMs, tickRate } = info
    const timeMs = gameTimeOf(info) * 1000
    // joins and leaves make versions during a pause, but no game time
    if (!info.running) return timeMs
    const sinceMs = clockOffsetMs === undefined ? nowMs - this.#infoAtMs : nowMs + clockOffsetMs - atMs
    return timeMs + Math.max(0, sinceMs, ((this.#newest - tick) * 1000) / tickRate)
  }
}
