import {
  type AnyGame,
  type Clock,
  equalStates,
  type GameStateMachine,
  type GameStateStore,
  type Logger,
} from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { tooLate, within } from '../auth.js'
import type { ServerCluster } from '../cluster/cluster.js'
import { ServerError } from '../errors.js'
import type { SaveOptions } from '../options.js'
import type { Storage } from '../storage.js'
import type { RoomTraits, Traits } from './listing.js'
import { actingEpoch, restoreState, StateSaver } from './saved-state.js'

/** Longest time that a storage may keep a room from closing. */
const lastSaveTimeoutMs = 5000
const pageLength = 100

export interface RoomSaverOptions {
  /** `arena/42` */
  key: string
  game: AnyGame
  save: SaveOptions<object>
  storage: Storage | undefined
  store: GameStateStore<object>
  machine: GameStateMachine
  /** Ids of clients that the state may mention: their join has run, and their leave has not. */
  present: Set<string>
  traits: RoomTraits
  /** True: a client has asked for the room. It is saved only if something has happened in it. */
  byClient: boolean
  savedRooms: SavedRooms
  /** Undefined without a cluster. */
  cluster: RoomEpochs | undefined
  clock: Clock
  logger: Logger
}

/** The epochs of rooms: each write of a room has the one with which its server may act for it. */
export type RoomEpochs = Pick<ServerCluster, 'epochOf' | 'claim'>

/** Keeps the state of one room beyond the room. */
export class RoomSaver {
  readonly #options: RoomSaverOptions
  readonly #storage: Storage
  readonly #saver: StateSaver<object>
  /** The room as it was made; undefined before, and for a room that is saved in any case. */
  #made: { readonly state: unknown; readonly traits: Traits } | undefined
  /** True if there is a place for it in the storage. */
  #isKept = false
  #isForgotten = false

  /** @throws ServerError `invalid_argument` without a storage, and for a wrong interval */
  constructor(options: RoomSaverOptions) {
    const { key, game, save, store, machine, present, traits, cluster, clock, logger } = options
    const storage = save.storage ?? options.storage
    if (storage === undefined) {
      throw new ServerError('invalid_argument', 'to save rooms, the server or the kind of room needs a storage')
    }
    this.#options = options
    this.#storage = storage
    this.#saver = new StateSaver<object>({
      storage,
      key: `rooms/${key}`,
      version: save.version ?? game.version,
      read: () => ({
        state: store.state,
        tick: machine.tick,
        untimedTicks: machine.untimedTicks,
        clientIds: [...present],
        extra: traits.now,
      }),
      epoch: cluster && (() => cluster.epochOf(key)),
      isWanted: () => this.#takePlace(),
      intervalMs: save.intervalMs ?? 60_000,
      clock,
      logger,
    })
  }

  /**
   * Loads the saved state, if there is one, into the store, and the traits of the room. The rules then run the leaves of the
   * clients of that time, which do not come back. Rejects as `restoreState` and `raise` do.
   */
  async restore(): Promise<void> {
    const { key, game, save, store, machine, present, traits, cluster, clock } = this.#options
    const { version = game.version, migrate } = save
    if (cluster !== undefined) await this.#raise(cluster, undefined)
    const saved = await restoreState<object>(this.#storage, `rooms/${key}`, {
      version,
      ...(migrate && { migrate }),
    })
    if (saved === undefined) return
    // of a storage that has lost its fences, or has got its records from another one
    if (cluster !== undefined) await this.#raise(cluster, saved.epoch)
    this.#isKept = true
    traits.restore(saved.extra)
    const firstVersion = Math.max(saved.tick, store.version + 1)
    store.reset(saved.state, firstVersion)
    // game time goes on from where it was
    machine.restoreTime(saved.untimedTicks + firstVersion - saved.tick)
    for (const id of saved.clientIds) {
      present.add(id)
      machine.push({
        kind: 'leave',
        client: { id, userId: undefined, name: undefined, isHost: false, data: undefined },
      })
    }
    if (machine.queuedInputs > 0) machine.step({ timeMs: clock.now(), timeStep: false })
  }

  /**
   * The room gets an epoch above all with which it was ever saved, before it acts: else nothing could be saved, or a server that was
   * believed to be gone could write over it. To be called for a room that is not restored; does nothing without a cluster.
   * Rejects with ServerError `room_exists` if another server has the room by now; as `claim` of the cluster does.
   */
  raise(): Promise<void> | undefined {
    const { cluster } = this.#options
    return cluster && this.#raise(cluster, undefined)
  }

  /** @param savedEpoch undefined: what the storage says */
  async #raise(cluster: RoomEpochs, savedEpoch: number | undefined): Promise<void> {
    const { key } = this.#options
    const aboveEpoch = savedEpoch ?? (await this.#storage.fenceOf?.(`rooms/${key}`)) ?? 0
    if ((cluster.epochOf(key) ?? 0) > aboveEpoch) return
    if (!(await cluster.claim(key, { aboveEpoch }))) {
      throw new ServerError('room_exists', `another server has the room '${key}'`)
    }
    if (actingEpoch(cluster.epochOf(key)) > aboveEpoch) return
    throw new ServerError('not_acting', `the cluster has not raised the epoch of '${key}' above ${aboveEpoch}`)
  }

  /** The room is ready for its clients: in this state it need not be saved. */
  made(): void {
    const { byClient, store, traits } = this.#options
    if (byClient && !this.#isKept) this.#made = { state: store.state, traits: traits.now }
  }

  /** Saves in its interval from now on. */
  start(): void {
    if (!this.#isForgotten) this.#saver.start()
  }

  /**
   * Saves the state, or deletes the saved one if the room is again as it was made; then saves no more by itself. Resolves when
   * that is done, or has taken too long; never rejects.
   */
  async stop(): Promise<void> {
    if (this.#isForgotten) return
    await this.#inTime('the last save of a room', this.#isAsMade ? this.#delete() : this.#saveLast())
  }

  /** Another server has the room: this one saves no more. */
  abandon(): void {
    guard(this.#options.logger, 'the end of the saves of a room failed', () => this.#saver.stop())
  }

  /** Deletes the saved state, and saves no more. Resolves when that is done, or has taken too long; never rejects. */
  async forget(): Promise<void> {
    if (this.#isForgotten) return
    this.#isForgotten = true
    await this.#inTime('the deletion of a saved room', this.#delete())
  }

  get #isAsMade(): boolean {
    const { store, traits } = this.#options
    if (this.#made === undefined) return false
    return this.#made.traits === traits.now && equalStates(this.#made.state, store.state)
  }

  #takePlace(): boolean | Promise<boolean> {
    const { savedRooms, logger } = this.#options
    if (this.#isForgotten || this.#isKept) return !this.#isForgotten
    if (this.#isAsMade) return false
    return savedRooms.add(this.#storage, logger).then((isKept) => {
      this.#isKept = isKept
      return isKept && !this.#isForgotten
    })
  }

  async #saveLast(): Promise<void> {
    const saved = this.#saver.save()
    await Promise.all([saved, this.#saver.stop()])
  }

  async #delete(): Promise<void> {
    const { key, savedRooms, cluster, logger } = this.#options
    await this.#saver.stop()
    if (!this.#isKept) return
    this.#isKept = false
    try {
      await this.#storage.delete(`rooms/${key}`, { fence: cluster && actingEpoch(cluster.epochOf(key)) })
      savedRooms.remove()
    } catch (error) {
      logger.error({ err: error }, 'a saved room could not be deleted')
    }
  }

  async #inTime(name: string, work: Promise<unknown>): Promise<void> {
    const { clock, logger } = this.#options
    if ((await within(clock, lastSaveTimeoutMs, work)) === tooLate) logger.error({}, `${name} has not ended in time`)
  }
}

/** Counts the saved rooms of one kind, so that clients that make rooms cannot fill the storage. */
export class SavedRooms {
  readonly #prefix: string
  readonly #max: number
  /** Records in the storage; counted once, when the first room is saved. */
  #count: Promise<number> | undefined
  /** Records added since, less those removed. */
  #more = 0
  #isLogged = false

  /** @param name the kind of room. @param max Infinity: no limit */
  constructor(name: string, max: number) {
    this.#prefix = `rooms/${name}/`
    this.#max = max
  }

  /** Makes place for one more room. Resolves with false if there is none. Rejects as `list` of the storage does. */
  async add(storage: Storage, logger: Logger): Promise<boolean> {
    if (this.#max === Number.POSITIVE_INFINITY) return true
    this.#count ??= this.#countIn(storage).catch((error) => {
      this.#count = undefined
      throw error
    })
    const count = await this.#count
    if (count + this.#more < this.#max) {
      this.#more++
      return true
    }
    if (!this.#isLogged)
      logger.warn({ maxSavedRooms: this.#max }, 'rooms are not saved: there are too many of their kind in the storage')
    this.#isLogged = true
    return false
  }

  /** A room is no longer saved. */
  remove(): void {
    // before the records are counted, a deleted one is not among them
    if (this.#count !== undefined) this.#more--
    this.#isLogged = false
  }

  async #countIn(storage: Storage): Promise<number> {
    let count = 0
    let after: string | undefined
    while (count < this.#max) {
      const page = await storage.list(this.#prefix, { limit: pageLength, ...(after !== undefined && { after }) })
      count += page.length
      after = page.at(-1)?.key
      if (page.length < pageLength) break
    }
    return count
  }
}
