import type { AnyGame, StateOf } from '@tygase/gamestate'
import type { Client, Room, RoomOptions } from '@tygase/server'
import type { ClientLink, RoomCore } from '@tygase/server/internal'
import { SimulationError } from './errors.js'
import { type EventWatch, keyOf, keyOfPayload } from './event-ledger.js'
import { historyOf, mostVersions, type VersionHistory } from './version-history.js'

/** An event of a client while the room takes it. */
interface TakenEvent {
  readonly clientId: string
  readonly name: string
  readonly key: string
}

type Handler = (data: never, client: Client, event: { readonly id: string }) => unknown

/**
 * Enters the events of one room, sent and handled, into the ledgers, and keeps its versions. Watches below the public methods: at
 * the links to clients, where the order of sending is final, and at the entry of events, where their payloads still are as the
 * clients have sent them.
 */
export class WatchedRoom<G extends AnyGame = AnyGame> {
  readonly store: Room<G>['store']
  readonly history: VersionHistory<StateOf<G>>
  readonly #room: RoomCore
  readonly #watch: EventWatch
  readonly #maxVersions: number
  #taken: TakenEvent | undefined
  /** Events of a room with a journal, by client and sequence: their handlers may run later. */
  readonly #takenBefore = new Map<string, TakenEvent>()

  /** @param room before its first client; made by the kind with these options */
  constructor(room: Room<G>, { maxVersions }: Pick<RoomOptions<G>, 'maxVersions'>, watch: EventWatch) {
    // reason: every room is one of these
    this.#room = room as unknown as RoomCore
    this.store = room.store
    this.history = historyOf(room.store, room.machine)
    this.#watch = watch
    this.#maxVersions = mostVersions(maxVersions)
    this.#watchIntake()
    this.#watchRules()
    this.#watchRegistration()
  }

  get key(): string {
    return this.#room.key
  }

  get clients(): ReadonlyMap<string, Client> {
    return this.#room.clients
  }

  /** @throws SimulationError `memory_unbounded` if the store keeps too many versions, or if a closed room is still listed */
  verify(): void {
    const { key, status } = this.#room
    const { versionCount } = this.store
    if (status === 'closed')
      throw new SimulationError('memory_unbounded', `the room '${key}' is closed and still listed`)
    if (versionCount <= this.#maxVersions) return
    throw new SimulationError('memory_unbounded', `${versionCount} versions are kept in the room '${key}'`)
  }

  /** Watches the events that are sent to a client. To be called before any other code learns of its join. */
  watchClient(client: Client): void {
    // reason: every client of a room is one of these
    const link = client as ClientLink
    const ledger = this.#watch.of(client.id).toClient
    const send = link.send.bind(link)
    link.send = (name, payload, options) => {
      if (name.startsWith('$')) return send(name, payload, options)
      const { retries = 0, onAck, onFail } = options
      const event = ledger.send(name, keyOfPayload(payload), retries)
      try {
        send(name, payload, {
          ...options,
          onAck: (result) => {
            this.#watch.settle(ledger, event, undefined)
            onAck?.(result)
          },
          onFail: (error) => {
            this.#watch.settle(ledger, event, error.code)
            onFail?.(error)
          },
        })
      } catch (error) {
        ledger.withdraw(event)
        throw error
      }
    }
  }

  /** True if its clients outlast a crash. */
  get hasJournal(): boolean {
    return this.#room.journal !== undefined
  }

  /** Runs a handler, and enters its event. */
  runHandler(handler: Handler, data: never, client: Client, event: { readonly id: string }): unknown {
    const place = `${client.id}/${event.id.slice(event.id.lastIndexOf('/') + 1)}`
    const taken = this.hasJournal ? this.#takenBefore.get(place) : this.#taken
    this.#takenBefore.delete(place)
    if (taken === undefined) throw new Error('a handler was called without an event')
    this.#watch.of(taken.clientId).toServer.handle(taken.name, taken.key)
    return handler(data, client, event)
  }

  #watchIntake(): void {
    const { events } = this.#room
    const take = events.take.bind(events)
    events.take = (link, event) => {
      this.#taken = { clientId: link.id, name: event.name, key: keyOfPayload(event.payload) }
      if (this.hasJournal) this.#takenBefore.set(`${link.id}/${event.sequence}`, this.#taken)
      try {
        take(link, event)
      } finally {
        this.#taken = undefined
      }
    }
  }

  /** Enters events that reach the rules without a handler before. */
  #watchRules(): void {
    const { machine } = this.#room
    const push = machine.push.bind(machine)
    machine.push = (input) => {
      // without a number it is an event of the server's own code; with `checked` a handler has run before
      if (input.kind === 'event' && input.client && input.sequence !== undefined && input.checked === undefined) {
        this.#watch.of(input.client.id).toServer.handle(input.name, keyOf(input.data))
      }
      return push(input)
    }
  }

  #watchRegistration(): void {
    const room = this.#room
    const register = room.registerEventHandler.bind(room)
    room.registerEventHandler = (name: string, handler: Handler) =>
      register(
        name,
        typeof handler === 'function'
          ? (data, client, event) => this.runHandler(handler, data, client, event)
          : handler,
      )
  }
}

/** The `handlers` of a kind of room, under watch. @param watchOf the watch of a room */
export function watchedHandlers<Handlers extends object>(
  handlers: Handlers,
  watchOf: (room: Room) => WatchedRoom | undefined,
): Handlers {
  const entries = Object.entries(handlers) as [string, Handler][]
  const watched = entries.map(([name, handler]): [string, Handler] => [
    name,
    (data, client, event) => watchOf(client.room)?.runHandler(handler, data, client, event),
  ])
  // reason: a watched handler takes and returns the same as its handler
  return Object.fromEntries(watched) as unknown as Handlers
}
