import {
  type AnyGame,
  type DispatchArguments,
  type EventsOf,
  GameStateMachine,
  type GameStateStore,
  type MachineOptions,
  type ServerEventsOf,
  type StateOf,
  type WireEvent,
} from '@tygase/gamestate'
import { Server, type ServerDispatchOptions, type ServerEventHandler, type ServerOptions } from '@tygase/server'
import type { EventWatch } from './event-watch.js'
import { type Dispatch, noteDispatchOfRule, watchedDispatch } from './watched-dispatch.js'

/** A machine that enters into the books which events reach it. */
export class WatchedMachine<G extends AnyGame> extends GameStateMachine<G> {
  readonly #watch: EventWatch
  readonly #isHandledBefore: (name: string) => boolean

  /** @param isHandledBefore whether the server has a handler for an event, and has entered it already */
  constructor(
    store: GameStateStore<StateOf<G>>,
    game: G,
    options: MachineOptions,
    watch: EventWatch,
    isHandledBefore: (name: string) => boolean,
  ) {
    super(store, game, options)
    this.#watch = watch
    this.#isHandledBefore = isHandledBefore
  }

  override pushEvent(event: WireEvent): void {
    const { name, data, clientId } = event
    if (!this.#isHandledBefore(name)) this.#watch.of(clientId).toServer.handle(name, data)
    super.pushEvent(event)
  }
}

/** A server that enters its events, sent and handled, into the books. */
export class WatchedServer<G extends AnyGame> extends Server<G> {
  readonly #watch: EventWatch
  readonly #dispatch: Dispatch
  readonly #handled = new Set<string>()

  constructor(store: GameStateStore<StateOf<G>>, options: ServerOptions<G>, watch: EventWatch) {
    super(store, options)
    this.#watch = watch
    const clientIds = (): Iterable<string> => this.connections.keys()
    options.eventWire?.subscribe({ onDispatch: noteDispatchOfRule(clientIds, watch) })
    // reason: the types of a game are looked after by who calls
    const dispatch = super.dispatchEvent.bind(this) as unknown as Dispatch
    this.#dispatch = watchedDispatch(dispatch, clientIds, watch)
  }

  hasHandler(name: string): boolean {
    return this.#handled.has(name)
  }

  override dispatchEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<ServerEventsOf<G>[Name], ServerDispatchOptions>
  ): void {
    const [data, options = {}] = args as [unknown, ServerDispatchOptions?]
    this.#dispatch(name, data, options)
  }

  override registerEventHandler<Name extends keyof EventsOf<G> & string>(
    name: Name,
    handler: ServerEventHandler<EventsOf<G>[Name]['data']>,
  ): () => void {
    const watched: typeof handler = (data, connection) => {
      this.#watch.of(connection.clientId).toServer.handle(name, data)
      return handler(data, connection)
    }
    const unregister = super.registerEventHandler(name, typeof handler === 'function' ? watched : handler)
    this.#handled.add(name)
    return () => {
      this.#handled.delete(name)
      unregister()
    }
  }
}
