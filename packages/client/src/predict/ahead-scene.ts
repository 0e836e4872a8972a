import type { AnyGame, Immutable } from '@tygase/gamestate'
import {
  atOnce,
  blendRows,
  type EntityId,
  eachRowIn,
  type PartMotion,
  type PrecisionNode,
  placeBetween,
  precisionOf,
  type Row,
  rowIn,
  wayBetween,
  withRows,
} from '@tygase/gamestate/internal'
import type { ReplicaStore } from '../replica.js'
import { gapMs, MovingPlace } from '../scene/moving-place.js'
import { Offsets } from './offsets.js'
import { chainOf, type Frame, PastStates, partOf, stateAfter, withPart } from './past-states.js'

/** The game that is drawn, and for whom. */
interface SceneHost {
  readonly game: AnyGame
  readonly connection: { readonly clientId: string }
}

interface SceneSettings {
  readonly smoothMs: number
  readonly maxExtrapolateMs: number
}

/** Rows by the key of the part, then by id; undefined for one that is not there. */
type RowsByPart = Map<string, Map<EntityId, Row | undefined>>

/** The last picture, without offsets. */
interface Drawn<State> {
  nowMs: number
  revision: number
  ownPlace: number
  /** Of the others. */
  place: number
  /** How far others were drawn beyond the newest version, in ms; 0 or less for a past place. */
  beyondMs: number
  past: Immutable<State>
  own: RowsByPart
  changes: RowsByPart
  state: Immutable<State>
  /** The chain has changed since. */
  isStale: boolean
}

/**
 * Others take longer to move to where they turn out to be than own rows: their errors are larger, and no input waits for them. One
 * that was drawn going on for longer may be further off, and takes longer.
 */
const othersSlowness = 4.5
const beyondMsOfSlowness = 27
/** What an own event changes counts from the start of its tick. That is no error to hide, and it is to be seen at once. */
const eventSlowness = 0.4
/** A place that moves by more than this share of real time has leapt. */
const leapShare = 1.2

/**
 * Draws what a client expects: its own rows where they are when what it does now reaches the server, all others in the past, as
 * smooth as the network allows.
 *
 * - Own rows are read from the chain at the own place, in the tick that is being lived.
 * - Others lie between two confirmed versions. If these come too late, the chain says how the others go on.
 * - Rows that own events have touched exist, and have the fields that do not move, as predicted. Their motion stays in the past.
 * - A row that turns out to be elsewhere moves there softly, by `Offsets`.
 */
export class AheadScene<State> {
  readonly #host: SceneHost
  readonly #settings: SceneSettings
  readonly #past: PastStates<State>
  readonly #offsets: Offsets
  /** For each part of a version the rows that are shown ahead, for games that choose them by a function. */
  readonly #chosen = new WeakMap<object, readonly EntityId[]>()
  /** Rows that own events have made. They stay ahead: they were never in the past. */
  readonly #spawned: RowsByPart = new Map()
  #moving: MovingPlace | undefined
  #store: ReplicaStore<State> | undefined
  #game: AnyGame | undefined
  #drawn: Drawn<State> | undefined
  /** Rebases that moved an own row by more than the wire rounds. */
  corrections = 0
  /** By how much the last one did, in the unit of the row. */
  lastCorrection = 0
  /** How far behind the newest possible version others were drawn last. */
  delayMs = 0

  constructor(host: SceneHost, settings: SceneSettings) {
    this.#host = host
    this.#settings = settings
    this.#past = new PastStates(host)
    this.#offsets = new Offsets(settings.smoothMs)
  }

  /** What moves, by the rules of now. */
  get #parts(): readonly PartMotion[] {
    return this.#host.game.motion?.parts ?? []
  }

  /** The place that the last picture showed of the others; undefined before the first. */
  get place(): number | undefined {
    return this.#drawn?.place
  }

  /** The state at a place, as others are drawn there: without own rows, and without offsets. */
  stateAt(frame: Frame<State>, place: number): Immutable<State> {
    return this.#past.at(frame, place)
  }

  /** The picture. At the same places it is the same object. */
  at(frame: Frame<State>): Immutable<State> {
    this.#begin(frame)
    const { store, nowMs, ownPlace } = frame
    const drawn = this.#drawn
    if (drawn !== undefined) this.#offsets.decay(Math.max(0, nowMs - drawn.nowMs))
    this.rebase(frame, true)
    if (drawn?.isStale === false && drawn.nowMs === nowMs && drawn.ownPlace === ownPlace) return drawn.state
    const place = this.#placeOf(frame)
    if (drawn !== undefined) this.#soften(frame, place, drawn)
    const past = this.#past.at(frame, place)
    const own = this.#ownRows(frame, place)
    const changes: RowsByPart = new Map()
    for (const motion of this.#parts) {
      for (const [id, row] of own.get(motion.key)!) {
        change(changes, motion.key, id, row && this.#offsets.apply(motion, id, row))
      }
    }
    let state = this.#touch(frame, place, past, own, changes)
    this.#applyOffsets(past, own, changes)
    if (drawn?.past === past && state === past && isSame(drawn.changes, changes)) state = drawn.state
    else
      for (const [key, rows] of changes)
        state = withPart(state, key, withRows(this.#motionOf(key), partOf(state, key), rows))
    const beyondMs = (place - store.version) * frame.line.stepMs
    const revision = chainOf(frame).revision
    this.#drawn = { nowMs, revision, ownPlace, place, beyondMs, past, own, changes, state, isStale: false }
    return state
  }

  /**
   * The chain may differ from the one that was drawn last: what own rows move by that becomes an offset.
   * @param isCorrection false if it differs by an own event
   */
  rebase(frame: Frame<State>, isCorrection: boolean): void {
    this.#begin(frame)
    const drawn = this.#drawn
    const chain = chainOf(frame)
    if (drawn === undefined || drawn.revision === chain.revision) return
    drawn.revision = chain.revision
    drawn.isStale = true
    const moved = this.#moveOwn(drawn.own, frame, drawn.ownPlace, isCorrection ? 1 : eventSlowness)
    if (isCorrection && frame.chain !== undefined && moved > 0) {
      this.corrections++
      this.lastCorrection = moved
    }
  }

  /**
   * Others that were drawn beyond the newest version may turn out to be elsewhere. And a place that was held, and leaps when a
   * version comes, is no reason for a row to leap. Beyond 500 ms it is.
   */
  #soften(frame: Frame<State>, place: number, drawn: Drawn<State>): void {
    if (drawn.beyondMs > 0 && drawn.isStale) {
      const after = this.#past.at(frame, drawn.place)
      this.#moveOthers(drawn.own, drawn.past, after, drawn.beyondMs / beyondMsOfSlowness)
    }
    const { stepMs } = frame.line
    const ticks = (frame.nowMs - drawn.nowMs) / stepMs
    const isLeap = (way: number): boolean => way > ticks * leapShare + 0.01 && (way - ticks) * stepMs <= gapMs
    const ownWay = frame.ownPlace - drawn.ownPlace
    if ((ownWay - ticks) * stepMs > gapMs) {
      for (const { key } of this.#parts) for (const id of drawn.own.get(key)!.keys()) this.#offsets.delete(key, id)
    } else if (isLeap(ownWay)) {
      this.#moveOwn(drawn.own, frame, drawn.ownPlace + ticks, 0)
      this.#moveOwn(drawn.own, frame, frame.ownPlace)
    }
    if (isLeap(place - drawn.place)) {
      const expected = this.#past.at(frame, drawn.place + ticks)
      this.#moveOthers(drawn.own, expected, this.#past.at(frame, place), othersSlowness)
    }
  }

  /**
   * Own rows are elsewhere from now on.
   * @param slowness as in `Offsets.add`; 0: they are drawn there at once
   * @returns the longest way that is more than the rounding of the wire
   */
  #moveOwn(own: RowsByPart, frame: Frame<State>, place: number, slowness = 1): number {
    let moved = 0
    for (const motion of this.#parts) {
      const rows = own.get(motion.key)!
      for (const [id, before] of rows) {
        const after = this.#ownRow(motion, frame, place, id)
        rows.set(id, after)
        if (after === undefined) this.#offsets.delete(motion.key, id)
        if (before === undefined || after === undefined || slowness === 0) continue
        const way = this.#offsets.add(motion, id, before, after, slowness)
        if (way > moved && this.#isSeen(motion, before, after)) moved = way
      }
    }
    return moved
  }

  /** The others are elsewhere from now on. */
  #moveOthers(own: RowsByPart, before: Immutable<State>, after: Immutable<State>, slowness: number): void {
    for (const motion of this.#parts) {
      const [was, is] = [partOf(before, motion.key), partOf(after, motion.key)]
      if (was === is) continue
      const rows = own.get(motion.key)!
      eachRowIn(motion, is, (row, id) => {
        const known = rows.has(id) ? undefined : rowIn(motion, was, id)
        if (known !== undefined) this.#offsets.add(motion, id, known, row, slowness)
      })
    }
  }

  /** Draws the others that have turned out to be elsewhere. */
  #applyOffsets(past: Immutable<State>, own: RowsByPart, changes: RowsByPart): void {
    for (const motion of this.#parts) {
      const { key } = motion
      for (const id of this.#offsets.ids(key)) {
        if (own.get(key)!.has(id)) continue
        const changed = changes.get(key)
        const row = changed?.has(id) ? changed.get(id) : rowIn(motion, partOf(past, key), id)
        if (row !== undefined) change(changes, key, id, this.#offsets.apply(motion, id, row))
      }
    }
  }

  #begin({ store, line }: Frame<State>): void {
    const { game } = this.#host
    if (this.#store === store && this.#game === game) return
    this.#store = store
    this.#game = game
    this.#moving = new MovingPlace(line.stepMs)
    this.#drawn = undefined
    this.#spawned.clear()
    this.#offsets.clear()
  }

  #placeOf({ nowMs, store, line, chain }: Frame<State>): number {
    const now = line.placeAt(nowMs) ?? store.version
    const beyond = chain === undefined ? 0 : this.#settings.maxExtrapolateMs / line.stepMs
    const place = this.#moving!.at(nowMs, now - line.delayMs / line.stepMs, store.version + beyond)
    // while nothing changes no version comes, and the place waits
    const isAtRest = chain !== undefined && chain.base > store.version
    this.delayMs = isAtRest ? line.delayMs : (now - place) * line.stepMs
    return place
  }

  /** The rows that are shown ahead, for each part that moves. @param place of the others: rows that are gone ahead are gone there */
  #ownRows(frame: Frame<State>, place: number): RowsByPart {
    const own: RowsByPart = new Map()
    const { ownPlace, store } = frame
    const { from } = placeBetween(store.versions(), place, frame.line.maxSpan)
    const [past, next] = [store.at(from)!, chainOf(frame).at(Math.ceil(ownPlace))]
    for (const motion of this.#parts) {
      const rows = new Map<EntityId, Row | undefined>()
      const spawned = this.#spawned.get(motion.key)
      for (const ids of [this.#aheadIn(motion, next), this.#aheadIn(motion, past), spawned?.keys() ?? []]) {
        for (const id of ids) {
          if (rows.has(id)) continue
          const row = this.#ownRow(motion, frame, ownPlace, id)
          if (row !== undefined) rows.set(id, row)
          else if (spawned?.delete(id) || !this.#isLeftOut(motion, frame, id)) rows.set(id, undefined)
        }
      }
      own.set(motion.key, rows)
    }
    return own
  }

  /** The ids of the rows of a version that are shown ahead. */
  #aheadIn(motion: PartMotion, state: Immutable<State>): readonly EntityId[] {
    const { ahead } = motion
    const clientId = this.#host.connection.clientId
    if (ahead === undefined) return [clientId]
    const part = partOf(state, motion.key)
    if (ahead === false || typeof part !== 'object' || part === null) return []
    let ids = this.#chosen.get(part)
    if (ids === undefined) {
      const chosen: EntityId[] = []
      eachRowIn(motion, part, (row, id) => {
        if (ahead === true || atOnce('ahead', ahead(row, id, clientId))) chosen.push(id)
      })
      ids = chosen
      this.#chosen.set(part, ids)
    }
    return ids
  }

  /** A row at an own place, with all but its motion from the tick that is lived there. */
  #ownRow(motion: PartMotion, frame: Frame<State>, place: number, id: EntityId): Row | undefined {
    const tick = Math.ceil(place)
    const row = rowIn(motion, partOf(stateAfter(frame, tick), motion.key), id)
    if (row === undefined || tick === place) return row
    const before = rowIn(motion, partOf(stateAfter(frame, tick - 1), motion.key), id)
    return before === undefined ? row : blendRows(motion, row, before, tick - place)
  }

  /** Whether `predictPart` has left a row out: nothing is known of its future. */
  #isLeftOut(motion: PartMotion, frame: Frame<State>, id: EntityId): boolean {
    if (this.#host.game.predictPart === undefined) return false
    const chain = chainOf(frame)
    const isIn = (state: Immutable<State>): boolean => rowIn(motion, partOf(state, motion.key), id) !== undefined
    return isIn(frame.store.state) && !isIn(chain.at(chain.base))
  }

  /** Takes over what own events have touched, also of events that are in a version which the others are not drawn at yet. */
  #touch(
    frame: Frame<State>,
    place: number,
    past: Immutable<State>,
    own: RowsByPart,
    changes: RowsByPart,
  ): Immutable<State> {
    const next = chainOf(frame).at(Math.ceil(frame.ownPlace))
    let state = past
    for (const touched of chainOf(frame).touched(place)) {
      for (const [key, ids] of touched) {
        const motion = this.#motionOf(key)
        const part = partOf(next, key)
        if (ids === 'all') {
          if (motion === undefined) state = withPart(state, key, part)
          continue
        }
        for (const id of ids) {
          if (own.get(key)?.has(id)) continue
          const row = rowIn(motion, part, id)
          const before = rowIn(motion, partOf(past, key), id)
          if (row === undefined || motion === undefined) change(changes, key, id, row)
          else if (before !== undefined) change(changes, key, id, withMotionOf(motion, row, before))
          else {
            change(this.#spawned, key, id, undefined)
            const ahead = this.#ownRow(motion, frame, frame.ownPlace, id)!
            own.get(key)!.set(id, ahead)
            change(changes, key, id, ahead)
          }
        }
      }
    }
    return state
  }

  /** Whether a correction is more than the rounding of the wire. */
  #isSeen(motion: PartMotion, before: Row, after: Row): boolean {
    const precision = precisionOf(this.#host.game.precision as PrecisionNode, motion.key)
    return motion.fields.some((field, place) => {
      const [from, to] = [before[field], after[field]]
      if (typeof from !== 'number' || typeof to !== 'number') return false
      const quantum = typeof precision === 'number' ? precision : precisionOf(precision, field)
      const least = typeof quantum === 'number' ? quantum : 1e-9 * Math.max(1, Math.abs(to))
      return Math.abs(wayBetween(from, to, motion.periods[place]!)) > least
    })
  }

  #motionOf(key: string): PartMotion | undefined {
    return this.#parts.find((motion) => motion.key === key)
  }
}

/** A row with the moving numbers of another one. */
function withMotionOf({ fields }: PartMotion, row: Row, other: Row): Row {
  if (fields.every((field) => row[field] === other[field])) return row
  const moved = { ...row }
  for (const field of fields) if (typeof other[field] === 'number') moved[field] = other[field]
  return Object.freeze(moved)
}

function change(changes: RowsByPart, key: string, id: EntityId, row: Row | undefined): void {
  const rows = changes.get(key) ?? new Map<EntityId, Row | undefined>()
  changes.set(key, rows.set(id, row))
}

function isSame(a: RowsByPart, b: RowsByPart): boolean {
  if (a.size !== b.size) return false
  for (const [key, rows] of a) {
    const others = b.get(key)
    if (others?.size !== rows.size) return false
    for (const [id, row] of rows) if (!others.has(id) || others.get(id) !== row) return false
  }
  return true
}
