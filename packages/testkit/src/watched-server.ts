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
import {
  Server,
  type ServerConnection,
  type ServerDispatchOptions,
  type ServerEventHandler,
  type ServerOptions,
} from '@tygase/server'
import type { SentEvent } from './event-ledger.js'
import { type EventWatch, recipientsAmong } from './event-watch.js'

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
  readonly #handled = new Set<string>()

  constructor(store: GameStateStore<StateOf<G>>, options: ServerOptions<G>, watch: EventWatch) {
    super(store, options)
    this.#watch = watch
    options.eventWire?.subscribe({
      onDispatch: (name, data, to) => {
        for (const clientId of recipientsAmong(this.connections.keys(), to)) {
          this.#watch.of(clientId).toClient.send(name, data, 0, false)
        }
      },
    })
  }

  hasHandler(name: string): boolean {
    return this.#handled.has(name)
  }

  override dispatchEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<ServerEventsOf<G>[Name], ServerDispatchOptions>
  ): void {
    const [data, options = {}] = args as [unknown, ServerDispatchOptions?]
    const { targetClient = 'all', retries = 0, onAck, onFail } = options
    const sent = new Map<string, SentEvent>()
    for (const clientId of recipientsAmong(this.connections.keys(), targetClient)) {
      sent.set(clientId, this.#watch.of(clientId).toClient.send(name, data, retries, true))
    }
    const settle = ({ clientId }: ServerConnection, failure: string | undefined): void =>
      this.#watch.settle(this.#watch.of(clientId).toClient, sent.get(clientId)!, failure)
    const watched: ServerDispatchOptions = {
      ...options,
      onAck: (connection, result) => {
        settle(connection, undefined)
        onAck?.(connection, result)
      },
      onFail: (connection, error) => {
        settle(connection, error.code)
        onFail?.(connection, error)
      },
    }
    try {
      super.dispatchEvent(name, ...([data, watched] as unknown as typeof args))
    } catch (error) {
      for (const [clientId, event] of sent) this.#watch.of(clientId).toClient.withdraw(event)
      throw error
    }
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
