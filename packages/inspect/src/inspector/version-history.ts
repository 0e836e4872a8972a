import {
  type AnyGame,
  equalStates,
  type GameStateMachine,
  type Immutable,
  makeTick,
  type TickInput,
} from '@tygase/gamestate'
import { elementBytes, elementsOf, type MadeTick } from '@tygase/gamestate/internal'
import type { SentVersion } from './delta-bytes.js'

/**
 * The last versions are all kept: a version that goes soon costs little. One that lives for long has to be moved in memory. Measured with
 * a room of 1,000 rows that move: all of half a minute took 1.3 of its processor time, 48 of them 1.1, and these 1.04.
 */
const mostRecent = 24
/** Of those before them one of twenty is kept. Those between are made again from it, by the rules, if a page asks for them. */
const everyVersions = 20
const mostVersions = 600
const mostAgeMs = 30_000
/** Inputs of the ticks that may have to be made again. */
const mostInputs = 20_000
/** Memory that the data of these may take. Clients choose it, and send 64 KiB in one event. */
const mostInputBytes = 16 * 2 ** 20
/** Spans of versions that have been made again, and are kept for the next request: a slider is dragged. */
const mostSpans = 4

interface KeptVersion extends SentVersion {
  readonly atMs: number
  /** True for one that no tick has made, such as an edited one. It is always kept. */
  readonly isOutside: boolean
}

/** All that a tick has been made of. */
interface MadeOf {
  readonly game: AnyGame
  readonly seed: number
  readonly time: number
  readonly isTimed: boolean
  readonly inputs: readonly TickInput[]
  /** Memory that their data takes. */
  readonly bytes: number
}

/** Versions that were made again. */
interface Span {
  readonly last: number
  readonly states: ReadonlyMap<number, Immutable<object>>
}

const nothing: Span['states'] = new Map()

/**
 * The versions of a room of half a minute, while a page looks at it. Few are kept; rules are pure, so the others can be made again. What
 * comes of that is compared with the next version that was kept. If it differs, no rule runs here any more, and from then on all versions
 * are kept.
 */
export class VersionHistory {
  readonly #machine: GameStateMachine
  /** Oldest first. */
  readonly #recent: KeptVersion[] = []
  readonly #older: KeptVersion[] = []
  /** The numbers of all versions since the oldest one, rising. */
  readonly #numbers: number[] = []
  /** Rising. */
  readonly #ticks = new Map<number, MadeOf>()
  /** By the version that they begin with. */
  readonly #spans = new Map<number, Span>()
  #inputs = 0
  #inputBytes = 0
  #untimedTicks: number
  /** False once versions cannot be made again. */
  #isPure: boolean

  constructor(machine: GameStateMachine) {
    this.#machine = machine
    this.#untimedTicks = machine.untimedTicks
    // what a player saw of others is no input
    this.#isPure = !Object.values<{ readonly rewind?: boolean }>(machine.game.events).some(({ rewind }) => rewind)
  }

  /** The oldest version that can be asked for. */
  get oldest(): number {
    return this.#numbers[0]!
  }

  /** How many versions there are. */
  get size(): number {
    return this.#numbers.length
  }

  /** A version has been committed, within its tick or outside of one. @param version above all before */
  add(state: Immutable<object>, version: number, atMs: number): void {
    const { stepping, tick } = this.#machine
    this.#numbers.push(version)
    this.#recent.push({ version, state, atMs, isOutside: !(stepping && tick === version) })
    const most = this.#isPure ? mostRecent : mostVersions
    while (this.#recent.length > most) this.#age(this.#recent.shift()!)
    this.#forget(atMs)
  }

  /** A tick has been made, after its commit. */
  made({ tick, inputs }: Pick<MadeTick<unknown>, 'tick' | 'inputs'>): void {
    const { game, seed, time, untimedTicks } = this.#machine
    const bytes = inputs.reduce((sum, input) => sum + bytesOfInput(input), 0)
    this.#ticks.set(tick, { game, seed, time, isTimed: untimedTicks === this.#untimedTicks, inputs, bytes })
    this.#untimedTicks = untimedTicks
    this.#inputs += inputs.length
    this.#inputBytes += bytes
    for (const old of this.#ticks.keys()) {
      const isFull = this.#inputs > mostInputs || this.#inputBytes > mostInputBytes
      if (!isFull && this.#ticks.size <= mostInputs) break
      this.#forgetTick(old)
    }
  }

  /** The newest version that is not newer than `version`; undefined if all are. */
  at(version: number = Number.POSITIVE_INFINITY): SentVersion | undefined {
    const number = this.#numbers.findLast((one) => one <= version)
    if (number === undefined) return undefined
    const kept = this.#keptAt(number)
    if (kept === undefined || kept.version === number) return kept
    const state = this.#spanTo(number, kept).get(number)
    return state === undefined ? kept : { version: number, state }
  }

  /** The numbers of the versions from one to another, rising, without these two. */
  between(first: number, last: number): number[] {
    return this.#numbers.filter((number) => number > first && number < last)
  }

  #keptAt(version: number): KeptVersion | undefined {
    const isReached = (kept: KeptVersion): boolean => kept.version <= version
    return this.#recent.findLast(isReached) ?? this.#older.findLast(isReached)
  }

  #age(kept: KeptVersion): void {
    const before = this.#older.at(-1)
    const isDue = before === undefined || kept.version - before.version >= everyVersions
    if (isDue || kept.isOutside) this.#older.push(kept)
  }

  #forget(nowMs: number): void {
    const isOld = (kept: KeptVersion | undefined): boolean => kept !== undefined && nowMs - kept.atMs > mostAgeMs
    while (this.#older.length > mostVersions || isOld(this.#older[0])) this.#older.shift()
    const first = (this.#older[0] ?? this.#recent[0])!.version
    const gone = this.#numbers.findIndex((number) => number >= first)
    if (gone > 0) this.#numbers.splice(0, gone)
    for (const tick of this.#ticks.keys()) {
      if (tick > first) break
      this.#forgetTick(tick)
    }
  }

  #forgetTick(tick: number): void {
    const { inputs, bytes } = this.#ticks.get(tick)!
    this.#ticks.delete(tick)
    this.#inputs -= inputs.length
    this.#inputBytes -= bytes
  }

  /** The versions after a kept one, up to the next one that is kept, which may be thrown away later. */
  #spanTo(version: number, kept: KeptVersion): Span['states'] {
    const known = this.#spans.get(kept.version)
    if (known !== undefined && version <= known.last) return known.states
    const isLater = (other: KeptVersion): boolean => other.version > kept.version
    const next = this.#older.find(isLater) ?? this.#recent.find(isLater)
    if (!this.#isPure || next === undefined) return nothing
    const states = this.#makeAgain(kept, next)
    this.#spans.delete(kept.version)
    this.#spans.set(kept.version, { last: next.version, states })
    for (const old of this.#spans.keys()) {
      if (this.#spans.size <= mostSpans) break
      this.#spans.delete(old)
    }
    return states
  }

  #makeAgain(kept: KeptVersion, next: KeptVersion): Span['states'] {
    const span = new Map<number, Immutable<object>>()
    const numbers = new Set(this.#numbers)
    // one that no tick has made does not follow from the one before it
    const last = next.isOutside ? (this.between(kept.version, next.version).at(-1) ?? kept.version) : next.version
    let state = kept.state
    for (let tick = kept.version + 1; tick <= last; tick++) {
      const made = this.#ticks.get(tick)
      if (made === undefined) {
        // a number that an edit has taken is no tick
        if (numbers.has(tick)) return nothing
        continue
      }
      const { game, seed, time, isTimed: timeStep, inputs } = made
      state = makeTick<AnyGame>(game, state, inputs, { tick, seed, time, timeStep }).state as Immutable<object>
      if (numbers.has(tick)) span.set(tick, state)
    }
    if (next.isOutside || equalStates(state, next.state)) return span
    this.#isPure = false
    return nothing
  }
}

function bytesOfInput(input: TickInput): number {
  const data = input.kind === 'event' ? input.data : input.kind === 'join' ? input.client.data : undefined
  return elementsOf(data) * elementBytes
}
