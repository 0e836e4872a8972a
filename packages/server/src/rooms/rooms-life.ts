import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import { announce, guard } from '@tygase/gamestate/internal'
import { isShared } from '../cluster/cluster-rooms.js'
import type { Door } from '../entrance/door.js'
import { ServerError } from '../errors.js'
import type { Journal, JournaledRoom } from '../journal/journal.js'
import { decodeSnapshot } from '../journal/room-snapshot.js'
import { roomOptionRows } from '../option-tables.js'
import type { RoomOptions, ServerOptions, ShutdownOptions } from '../options.js'
import { makeKind, type Surroundings } from './kind.js'
import { roomClosed } from './lifetime.js'

import { onlyKind, type Registry } from './registry.js'
import type { RoomCore } from './room-core.js'
import { openSpares } from './spares.js'

/** Where a room goes on that `import` has got. */
export interface ImportOptions {
  /** The kind of room. Default: the kind that it had; the one game of a server with one. */
  kind?: string
  /** Default: the id that it had. */
  id?: string
}

export interface RoomsLifeOptions {
  readonly registry: Registry
  /** The room of a server with one game. */
  readonly only: RoomCore | undefined
  readonly logger: Logger
  /**
   * Warms up, while another process still has the rooms.
   * @param left what that has written so far
   * @param isOver true once the journal is here
   */
  rehearse(left: readonly JournaledRoom[], isOver: () => boolean): Promise<void>
}

/** How the rooms of a server begin and end with it: those that another process has left go on. */
export class RoomsLife {
  readonly #options: RoomsLifeOptions
  /** Journals that have been opened. */
  readonly #journals = new Set<Journal>()

  constructor(options: RoomsLifeOptions) {
    this.#options = options
  }

  /**
   * Opens the journals, and the rooms that another process has left; opens the one room at the first run; wakes rooms that were
   * suspended. Rejects as the one room does, and as a journal does.
   * @returns undefined if nothing has to be awaited
   */
  open(): Promise<void> | undefined {
    const { only, registry } = this.#options
    if (only?.isOver) throw roomClosed()
    // a journal that servers share is opened when this one joins them
    const closed = registry.journals.filter((journal) => !this.#journals.has(journal) && !isShared(journal))
    if (closed.length > 0) return this.#openAll(closed)
    const opening = only?.status === 'opening' ? only.lifetime.open() : undefined
    if (opening !== undefined && only?.status !== 'open') return opening.then(() => this.#wake())
    this.#wake()
    return undefined
  }

  /**
   * Another process is about to go on with the rooms that have a journal: their clients open transports to it. Resolves when they
   * have, when it takes too long, or at once if no process waits.
   */
  openSpares({ handshakes, handshakeTimeoutMs }: Door, clock: Clock): Promise<void> {
    const { registry, logger } = this.#options
    const rooms = [...registry.rooms.values()].filter(({ journal }) => journal !== undefined)
    for (const journal of this.#journals) guard(logger, 'a journal failed', () => journal.handOver?.())
    for (const { journal } of rooms) journal?.renew()
    const isAwaited = (): boolean => [...this.#journals].some((journal) => journal.isAwaited)
    return openSpares({ rooms, clock, logger, handshakeTimeoutMs, mayWait: handshakes.allowance(), isAwaited })
  }

  /**
   * All rooms are suspended, end, or are handed over.
   * @returns the first promise resolves when all clients have been sent the reason, the second at the end of the rooms
   */
  stop(
    reason: string,
    { endSessions = false, handOver = false }: ShutdownOptions,
  ): {
    told: Promise<unknown>
    ended: Promise<unknown>
  } {
    const { registry, only } = this.#options
    const ends: Promise<void>[] = []
    const told: Promise<void>[] = []
    for (const { lifetime, journal } of registry.rooms.values()) {
      if (handOver && journal !== undefined) continue
      const isTold = lifetime.told()
      const end = endSessions && only === undefined ? lifetime.close({ reason }) : lifetime.suspend(reason, endSessions)
      ends.push(end)
      told.push(Promise.race([isTold, end]))
    }
    if (handOver) {
      const { told: isTold, ended } = this.#handOver(reason)
      ends.push(ended)
      told.push(Promise.race([isTold, ended]))
    }
    return { told: Promise.all(told), ended: Promise.all(ends) }
  }

  /**
   * The rooms with a journal stand still in the same moment, none of them sooner, and the process that waits has them at once. Their
   * clients are sent there meanwhile.
   */
  #handOver(reason: string): { told: Promise<void>; ended: Promise<void> } {
    const { registry } = this.#options
    const journaled = (): RoomCore[] => [...registry.rooms.values()].filter(({ journal }) => journal !== undefined)
    let setTold = (): void => {}
    const told = new Promise<void>((resolve) => {
      setTold = resolve
    })
    const end = async (): Promise<void> => {
      await Promise.all(journaled().map(({ lifetime }) => lifetime.prepareToLeave()))
      const halted = journaled().filter(({ lifetime }) => lifetime.halt())
      await Promise.all(halted.flatMap(({ journal }) => (journal?.isWritten === false ? [journal.written()] : [])))
      const isWritten = new Set(halted.filter(({ journal }) => journal?.isWritten))
      for (const { journal } of halted) journal?.end(false)
      // to let the clients go takes longer than to close a journal, and the next process has its own work first
      await this.#closeJournals()
      const left: Promise<void>[] = []
      for (const room of halted) {
        left.push(room.lifetime.letGo(isWritten.has(room) ? reason : undefined))
        // the first clients are on their way while the others are sent on theirs
        await new Promise<void>((resolve) => room.clock.schedule(0, resolve))
      }
      setTold()
      await Promise.all(left)
    }
    return { told, ended: end() }
  }

  /**
   * A room goes on here.
   * @throws (as a rejection) ServerError `saved_state_invalid`, `unknown_room`, `room_exists`, `room_limit`, `room_failed`
   */
  async import(bytes: Uint8Array, { kind, id }: ImportOptions): Promise<RoomCore> {
    const { registry, only } = this.#options
    const { room: key } = decodeSnapshot(bytes)
    const [ownKind = '', ownId = ''] = key.split('/')
    if (only !== undefined) {
      if (only.status !== 'opening') throw new ServerError('room_exists', 'the one room is there: import before run')
      only.left = { room: only.key, snapshot: bytes, records: [] }
      await only.lifetime.open()
      return only
    }
    const path = { kind: kind ?? ownKind, id: id ?? ownId }
    while (registry.isEnding(path)) await registry.end(path)
    if (registry.rooms.has(`${path.kind}/${path.id}`)) {
      throw new ServerError('room_exists', `there is a room '${path.kind}/${path.id}' already`)
    }
    const left = { room: key, snapshot: bytes, records: [] }
    const room = registry.make(registry.kindOf(path.kind), path.id, { byClient: false, left })
    await room.lifetime.open()
    room.lifecycle.wakeAll()
    return room
  }

  async #openAll(journals: readonly Journal[]): Promise<void> {
    const { registry, only } = this.#options
    for (const journal of journals) {
      const left = await this.#openJournal(journal)
      this.#journals.add(journal)
      for (const room of left) this.#keep(journal, room)
    }
    if (only?.status === 'opening') {
      only.left = registry.takeLeft(only.key)
      await only.lifetime.open()
    }
    for (const key of registry.left) await this.#recover(key)
    this.#wake()
  }

  async #openJournal(journal: Journal): Promise<readonly JournaledRoom[]> {
    const { logger, rehearse } = this.#options
    let isOver = false
    const warmUp = async (left: readonly JournaledRoom[]): Promise<void> => {
      try {
        await rehearse(left, () => isOver)
      } catch (error) {
        logger.debug({ err: error }, 'a rehearsal failed')
      }
      if (!isOver) announce(logger, { rooms: left.length }, 'ready to go on with the rooms of the process before')
    }
    try {
      return await journal.open(logger, (left) => void warmUp(left))
    } finally {
      isOver = true
    }
  }

  #keep(journal: Journal, left: JournaledRoom): void {
    const { registry, logger } = this.#options
    const [kind = ''] = left.room.split('/')
    const { options } = registry.kinds.includes(kind) ? registry.kindOf(kind) : { options: undefined }
    if (options?.save?.journal === journal) return registry.keepLeft(left)
    logger.warn({ room: left.room }, 'a room of another process stays in the journal: its kind is not defined here')
  }

  /** A room that cannot go on is no reason for the others not to. Its data stay, and it cannot be made anew. */
  async #recover(key: string): Promise<void> {
    const { registry, logger } = this.#options
    const [kind = '', id = ''] = key.split('/')
    try {
      await registry.make(registry.kindOf(kind), id, { byClient: false }).lifetime.open()
    } catch (error) {
      logger.error({ err: error, room: key }, 'a room of another process cannot go on')
    }
  }

  async #closeJournals(): Promise<void> {
    const journals = [...this.#journals]
    this.#journals.clear()
    for (const journal of journals) {
      try {
        await journal.close()
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a journal could not be closed')
      }
    }
  }

  #wake(): void {
    for (const room of this.#options.registry.rooms.values()) {
      room.lifetime.wake()
      room.lifecycle.wakeAll()
    }
  }
}

/**
 * Makes the room of a server with one game.
 * @param options those of `new Server`, without the game
 * @throws ServerError, ProtocolError, GameStateError `invalid_argument` naming the option that is wrong
 */
export function makeOnlyRoom<G extends AnyGame>(
  registry: Registry,
  surroundings: Surroundings,
  game: G,
  options: ServerOptions & RoomOptions<G>,
): RoomCore {
  const own: [string, unknown][] = Object.entries(options).filter(([name]) => Object.hasOwn(roomOptionRows, name))
  if ((options.idleGraceMs ?? Number.POSITIVE_INFINITY) !== Number.POSITIVE_INFINITY) {
    throw new ServerError(
      'invalid_argument',
      'idleGraceMs is for servers with rooms: the room of one game never ends idle',
    )
  }
  // reason: the rows of the table have the names of the options of a room
  const given = {
    runWhenEmpty: true,
    ...Object.fromEntries(own),
    idleGraceMs: Number.POSITIVE_INFINITY,
  } as RoomOptions<AnyGame>
  // the host that ends the one room ends the server with it
  if (given.hostShutsDown === 'room') given.hostShutsDown = 'server'
  const kind = { ...makeKind(onlyKind, game, given, surroundings), isSingle: true }
  registry.define(kind)
  return registry.make(kind, onlyKind, { byClient: false })
}
