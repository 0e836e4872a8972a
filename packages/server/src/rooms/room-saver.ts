import type { AnyGame, Clock, GameStateMachine, GameStateStore, Logger, StateOf } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import { restoreState } from '../storage/saved-state.js'
import { StateSaver } from '../storage/state-saver.js'
import type { Storage } from '../storage/storage.js'
import type { SaveOptions } from './room-options.js'

export interface RoomSaverOptions<G extends AnyGame> {
  /** `arena/42` */
  key: string
  save: SaveOptions<StateOf<G>>
  storage: Storage | undefined
  store: GameStateStore<StateOf<G>>
  machine: GameStateMachine<G>
  clock: Clock
  logger: Logger
}

/** Keeps the state of one room beyond the room. */
export class RoomSaver<G extends AnyGame> {
  readonly #options: RoomSaverOptions<G>
  readonly #storage: Storage
  readonly #saver: StateSaver<StateOf<G>>

  /** @throws ServerError `invalid_argument` where there is nothing to save in; StorageError `invalid_argument` */
  constructor(options: RoomSaverOptions<G>) {
    const { key, save, store, machine, clock, logger } = options
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
      read: () => ({ state: store.state, tick: machine.tick }),
      intervalMs: save.intervalMs ?? 60_000,
      clock,
      logger,
    })
  }

  /** Puts the state into the store that was saved, if one was. Rejects as `restoreState` does. */
  async restore(): Promise<void> {
    const { key, save, store } = this.#options
    const { version, migrate } = save
    const saved = await restoreState<StateOf<G>>(this.#storage, `rooms/${key}`, {
      version,
      ...(migrate && { migrate }),
    })
    if (saved !== undefined) store.reset(saved.state, saved.tick)
  }

  /** Saves on its interval from now on. */
  start(): void {
    this.#saver.start()
  }

  /** Saves what there is, and nothing by itself from now on. Resolves when that is done; never rejects. */
  async stop(): Promise<void> {
    const saved = this.#saver.save()
    await Promise.all([saved, this.#saver.stop()])
  }
}
