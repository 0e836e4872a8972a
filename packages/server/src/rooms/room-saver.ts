import {
  type AnyGame,
  type Clock,
  equalStates,
  type GameStateMachine,
  type GameStateStore,
  type Logger,
  type StateOf,
} from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'
import type { PresentIds } from './present-ids.js'
import type { SaveOptions } from './room-options.js'
import type { RoomTraits, Traits } from './room-traits.js'
import type { SavedRooms } from './saved-rooms.js'
import { restoreState } from './saved-state.js'
import { StateSaver } from './state-saver.js'
import { tooLate, within } from './within.js'

/** So long a storage may keep a room from its end. */
const lastSaveTimeoutMs = 5000

export interface RoomSaverOptions<G extends AnyGame> {
  /** `arena/42` */
  key: string
  save: SaveOptions<StateOf<G>>
  storage: Storage | undefined
  store: GameStateStore<StateOf<G>>
  machine: GameStateMachine<G>
  present: PresentIds
  traits: RoomTraits
  /** Made because a client asked for it: it is kept only when something has happened in it. */
  byClient: boolean
  savedRooms: SavedRooms
  clock: Clock
  logger: Logger
}

/** Keeps the state of one room beyond the room. */
export class RoomSaver<G extends AnyGame> {
  readonly #options: RoomSaverOptions<G>
  readonly #storage: Storage
  readonly #saver: StateSaver<StateOf<G>>
  /** What it was like when it was made: undefined before, and where it is kept in any case. */
  #made: { readonly state: unknown; readonly traits: Traits } | undefined
  /** Whether there is a place for it in the storage. */
  #isKept = false
  #isForgotten = false

  /** @throws ServerError `invalid_argument` where there is nothing to save in; StorageError `invalid_argument` */
  constructor(options: RoomSaverOptions<G>) {
    const { key, save, store, machine, present, traits, clock, logger } = options
    const storage = save.storage ?? options.storage
    if (storage === undefined) {
      throw new ServerError('invalid_argument', 'to save rooms, the server or the kind of room needs a storage')
    }
    this.#options = options
    this.#storage = storage
    this.#saver = new StateSaver<StateOf<G>>({
      storage,
      key: `rooms/${key}`,
      version: save.version,
      read: () => ({ state: store.state, tick: machine.tick, clientIds: present.list(), extra: traits.now }),
      isWanted: () => this.#takePlace(),
      intervalMs: save.intervalMs ?? 60_000,
      clock,
      logger,
    })
  }

  /**
   * Puts the state into the store that was saved, if one was, makes the room what it was then, and has the rules see to those
   * who were there: they do not come back. Rejects as `restoreState` does.
   */
  async restore(): Promise<void> {
    const { key, save, store, machine, present, traits, clock } = this.#options
    const { version, migrate } = save
    const saved = await restoreState<StateOf<G>>(this.#storage, `rooms/${key}`, {
      version,
      ...(migrate && { migrate }),
    })
    if (saved === undefined) return
    this.#isKept = true
    traits.restore(saved.extra)
    store.reset(saved.state, Math.max(1, saved.tick))
    present.reset(saved.clientIds)
    for (const clientId of saved.clientIds) machine.pushLeave(clientId)
    if (machine.queuedEvents > 0) machine.step({ timeMs: clock.now() })
  }

  /** The room is ready for its clients: what it is like now need not be kept. */
  made(): void {
    const { byClient, store, traits } = this.#options
    if (byClient && !this.#isKept) this.#made = { state: store.state, traits: traits.now }
  }

  /** Saves on its interval from now on. */
  start(): void {
    if (!this.#isForgotten) this.#saver.start()
  }

  /**
   * Saves what there is, or forgets what was saved where the room is again as it was made; saves nothing by itself from now on.
   * Resolves when that is done, or has taken too long; never rejects.
   */
  async stop(): Promise<void> {
    if (this.#isForgotten) return
    await this.#inTime('the last save of a room', this.#isAsMade ? this.#delete() : this.#saveLast())
  }

  /** Deletes what was saved, and saves nothing any more. Resolves when that is done, or has taken too long; never rejects. */
  async forget(): Promise<void> {
    if (this.#isForgotten) return
    this.#isForgotten = true
    await this.#inTime('the forgetting of a saved room', this.#delete())
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
    const { key, savedRooms, logger } = this.#options
    await this.#saver.stop()
    if (!this.#isKept) return
    this.#isKept = false
    try {
      await this.#storage.delete(`rooms/${key}`)
      savedRooms.remove()
    } catch (error) {
      logger.error({ err: error }, 'a saved room was not forgotten')
    }
  }

  async #inTime(what: string, work: Promise<unknown>): Promise<void> {
    const { clock, logger } = this.#options
    if ((await within(clock, lastSaveTimeoutMs, work)) === tooLate) logger.error({}, `${what} has not ended in time`)
  }
}
