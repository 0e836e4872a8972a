import type { AnyGame, StateOf, WireEvent } from '@tygase/gamestate'
import type { MessageHandler, Room, RoomClient, RoomOptions, ServerDispatchOptions } from '@tygase/server'
import { SimulationError } from './errors.js'
import type { EventWatch } from './event-watch.js'
import { historyOf, mostVersions, type VersionHistory } from './version-history.js'
import { type Dispatch, noteDispatchOfRule, watchedDispatch } from './watched-dispatch.js'
import type { PlayedGame } from './world.js'

type AnyHandler = MessageHandler<Room, unknown>

/** The methods of a room and its machine that are listened in on, without the types of a game. */
interface RoomMethods {
  dispatchEvent(name: string, data?: unknown, options?: ServerDispatchOptions): void
  onMessage(name: string, handler: AnyHandler): () => void
  pushEvent(name: string, data: unknown, clientId?: string): void
}

/** Enters the events of one room, sent and handled, into the books, and remembers its versions; from before anybody is in it. */
export class WatchedRoom<G extends AnyGame = AnyGame> implements PlayedGame {
  readonly store: Room<G>['store']
  readonly history: VersionHistory<StateOf<G>>
  readonly #room: Room<G>
  readonly #watch: EventWatch
  readonly #maxVersions: number
  /** Events with a handler before the rules: that handler has entered them. */
  readonly #handled: Set<string>
  /** Whether what is pushed to the rules comes from no client. */
  #isPushing = false

  constructor(room: Room<G>, { maxVersions, onMessage = {} }: RoomOptions<G>, watch: EventWatch) {
    const { store, machine } = room
    this.store = store
    this.history = historyOf(store, machine.game)
    this.#room = room
    this.#watch = watch
    this.#maxVersions = mostVersions(maxVersions)
    this.#handled = new Set(Object.keys(onMessage))
    const clientIds = (): Iterable<string> => room.clients.keys()
    machine.subscribe({ onDispatch: noteDispatchOfRule(clientIds, watch) })
    // the room comes out of its server, where no class of ours could be passed in: so its methods are laid over
    this.#overlayMachine()
    this.#overlayRoom(clientIds)
  }

  /** @throws SimulationError `memory_unbounded` where its store keeps more versions than it may */
  verify(): void {
    const { versionCount } = this.store
    if (versionCount <= this.#maxVersions) return
    throw new SimulationError('memory_unbounded', `${versionCount} versions are kept in the room '${this.#room.key}'`)
  }

  #overlayMachine(): void {
    const { machine } = this.#room
    const pushEvent = machine.pushEvent.bind(machine)
    machine.pushEvent = (event: WireEvent) => {
      const { name, data, clientId } = event
      if (!this.#isPushing && !this.#handled.has(name)) this.#watch.of(clientId).toServer.handle(name, data)
      pushEvent(event)
    }
  }

  #overlayRoom(clientIds: () => Iterable<string>): void {
    // reason: the types of the game are looked after by who calls
    const methods = this.#room as unknown as RoomMethods
    const dispatch = methods.dispatchEvent as Dispatch
    const onMessage = methods.onMessage.bind(this.#room)
    const pushEvent = methods.pushEvent.bind(this.#room)
    const watched = watchedDispatch(dispatch, clientIds, this.#watch)

    methods.dispatchEvent = (name, data, options = {}) => watched(name, data, options)

    methods.onMessage = (name, handler) => {
      const end = onMessage(name, typeof handler === 'function' ? watchedHandler(name, handler, this.#watch) : handler)
      this.#handled.add(name)
      return () => {
        this.#handled.delete(name)
        end()
      }
    }

    methods.pushEvent = (name, data, clientId) => {
      this.#isPushing = true
      try {
        pushEvent(name, data, clientId)
      } finally {
        this.#isPushing = false
      }
    }
  }
}

/** The `onMessage` of a kind of room, whose handlers enter each event as they begin. */
export function watchedHandlers<Handlers extends object>(handlers: Handlers, watch: EventWatch): Handlers {
  const entries: [string, AnyHandler][] = Object.entries(handlers)
  return Object.fromEntries(
    entries.map(([name, handler]) => [name, watchedHandler(name, handler, watch)]),
  ) as unknown as Handlers
}

function watchedHandler(name: string, handler: AnyHandler, watch: EventWatch): AnyHandler {
  return (room: Room, client: RoomClient, data: unknown) => {
    watch.of(client.clientId).toServer.handle(name, data)
    return handler(room, client, data)
  }
}
