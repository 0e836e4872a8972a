import type { AnyGame, Clock, Immutable } from '@tygase/gamestate'
import { type View, type ViewKey, Views } from '@tygase/gamestate/internal'
import { RefusalError, type Room } from '@tygase/server'
import type { BytesAnswer, BytesQuery, DiffAnswer, DiffQuery, TreeAnswer, TreeQuery } from '../shared/look-requests.js'
import { bytesOfDeltas, bytesOfSnapshot, type SentVersion } from './delta-bytes.js'
import { Differences } from './difference.js'
import { RoomLog } from './room-log.js'
import { absent, treeAnswer, valueAt } from './state-tree.js'
import { VersionHistory } from './version-history.js'

/** Deltas that are added up for one answer. */
const mostDeltas = 200

/**
 * A room that a page looks at. It keeps versions for longer than the room does, and what happens; with `close` it leaves no trace in the
 * room.
 */
export class WatchedRoom {
  readonly room: Room
  readonly log = new RoomLog()
  readonly #clock: Clock
  /** Never empty. */
  readonly #versions = new VersionHistory()
  readonly #offs: (() => void)[]
  /** True if the room stands still by `pause`. */
  #isPausedHere = false
  #views: { readonly game: AnyGame; readonly views: Views<object> } | undefined

  constructor(room: Room, clock: Clock) {
    this.room = room
    this.#clock = clock
    const { store, machine } = room
    for (const version of store.versions()) {
      this.#versions.add(store.at(version) as Immutable<object>, version, clock.now())
    }
    const note = (kind: 'suspend' | 'back', clientId: string): void => this.log.note({ ...this.#now(), kind, clientId })
    this.#offs = [
      store.subscribe((state, version) => this.#versions.add(state as Immutable<object>, version, clock.now())),
      machine.onTick((made) => this.log.tick(made, clock.now())),
      machine.onRunning((running) => {
        if (running) this.#isPausedHere = false
      }),
      machine.onDropped((ticks) => this.log.note({ ...this.#now(), kind: 'dropped', outcome: `${ticks} ticks` })),
      room.onSuspend((client) => note('suspend', client.id)),
      room.onResume((client) => note('back', client.id)),
    ]
  }

  /** The oldest version that can be asked for. */
  get oldestVersion(): number {
    return this.#versions.oldest
  }

  get versionCount(): number {
    return this.#versions.size
  }

  /** Now, on the clock of the server. */
  get nowMs(): number {
    return this.#clock.now()
  }

  /** True if clients may see different states. */
  get hasView(): boolean {
    return this.room.machine.game.view !== undefined
  }

  /** @returns true if it has ended a pause of its own */
  close(): boolean {
    for (const off of this.#offs) off()
    if (!this.#isPausedHere || this.room.status !== 'open') return false
    this.room.resume()
    return true
  }

  /** Pauses the room until it is resumed, or until no page looks from here any more. */
  pause(): void {
    // one that the game has paused stays so
    this.#isPausedHere ||= this.room.machine.running
    this.room.pause()
  }

  /** A person has done something. */
  noteAction(name: string, data: object): void {
    this.log.note({ ...this.#now(), kind: 'action', name, data })
  }

  /** @throws RefusalError `version_gone`, `not_found`, `look_failed` */
  tree({ path, version, clientId, from, count }: TreeQuery): TreeAnswer {
    const kept = this.#at(version)
    const value = valueAt(this.#seen(kept, clientId), path)
    if (value === absent) throw new RefusalError('not_found', 'there is nothing at this path')
    return treeAnswer(kept.version, value, from, count)
  }

  /** @throws RefusalError `version_gone`, `look_failed` */
  diff({ from, to, clientId }: DiffQuery): DiffAnswer {
    const [before, after] = [this.#at(from), this.#at(to)]
    return Differences.between(before.version, this.#seen(before, clientId), after.version, this.#seen(after, clientId))
  }

  /** @throws (as a rejection) RefusalError `version_gone`, `look_failed`, `request_invalid` */
  async bytes({ from, to, each = false, clientId }: BytesQuery): Promise<BytesAnswer> {
    const last = this.#at(to)
    const first = from === undefined ? last : this.#at(from)
    if (first.version > last.version) throw new RefusalError('request_invalid', 'from is a version before to')
    const between = each ? this.#versions.between(first.version, last.version) : []
    // the last deltas, if there are too many
    const numbers = [first.version, ...between, last.version].slice(-mostDeltas - 1)
    const isView = this.hasView && clientId !== undefined
    const pause = (): Promise<void> => new Promise((resolve) => void this.#clock.schedule(0, resolve))
    const { game } = this.room.machine
    if (from === undefined) return bytesOfSnapshot({ ...last, state: this.#seen(last, clientId) }, game, isView)
    return bytesOfDeltas(this.#seenAt(numbers, clientId), game, isView, pause)
  }

  /** Versions as a client sees them, each when it is needed. */
  *#seenAt(numbers: readonly number[], clientId: string | undefined): Generator<SentVersion, void, void> {
    let before: number | undefined
    for (const number of numbers) {
      const kept = this.#at(number)
      if (kept.version !== before) yield { version: kept.version, state: this.#seen(kept, clientId) }
      before = kept.version
    }
  }

  #now(): { tick: number; atMs: number } {
    return { tick: this.room.machine.tick, atMs: this.#clock.now() }
  }

  /** The version that was the newest at the tick `version`. */
  #at(version?: number): SentVersion {
    const kept = this.#versions.at(version)
    if (kept === undefined) throw new RefusalError('version_gone', 'this version is not kept any more')
    return kept
  }

  /** A version as a client sees it, or all of it. */
  #seen({ state }: SentVersion, clientId: string | undefined): Immutable<object> {
    const { game } = this.room.machine
    const { view, viewKey } = game
    if (clientId === undefined || view === undefined) return state
    if (this.#views?.game !== game) {
      const views = new Views<object>(view as View<object>, viewKey as ViewKey<object> | undefined)
      this.#views = { game, views }
    }
    const { views } = this.#views
    try {
      return views.of(state, clientId, views.keyOf(state, clientId))
    } catch (error) {
      throw new RefusalError('look_failed', `the view of the game has thrown: ${String(error)}`)
    }
  }
}
