import type { AnyGame, GameStateStore, Logger } from '@tygase/gamestate'
import { type Dispatch, decodeValue, encodeValue, guard, type Recipients } from '@tygase/gamestate/internal'
import { ProtocolError, type SendOptions } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { OutgoingEvent } from '../clients/link-room.js'
import { ServerError } from '../errors.js'
import type { RoomJournal } from '../journal/room-journal.js'
import type { Client, ServerDispatchOptions } from '../room.js'

/** Dropping has ended if nothing was dropped for this long: a queue that is full has a free place now and then. */
const quietMs = 5000

export interface EventSenderOptions {
  store: Pick<GameStateStore<object>, 'version'>
  links: RoomClients
  /** The room, whose game may be replaced. */
  room: {
    readonly game: Pick<AnyGame, 'serverEvents'>
    readonly journal?: Pick<RoomJournal, 'sent' | 'dropped'> | undefined
  }
  logger: Logger
  /** The clock of the room, in ms. */
  now: () => number
}

/** An event that waits for the tick that runs the events pushed before it. */
interface Waiting {
  /** Number of the pushed event that has to run first. */
  readonly after: number
  readonly links: readonly ClientLink[]
  readonly event: OutgoingEvent
  readonly payload: Uint8Array
}

/**
 * Queues events to clients at their sessions. The server's own events keep their order with the events that it pushes to the
 * rules: one that is dispatched after a push waits for the tick in which the pushed event runs, and goes behind the events
 * which that tick sends.
 */
export class EventSender {
  readonly #options: EventSenderOptions
  readonly #waiting: Waiting[] = []
  /** Events that the server has pushed to the rules, and how many of them have run. */
  #pushed = 0
  #ran = 0

  constructor(options: EventSenderOptions) {
    this.#options = options
  }

  /** The server has pushed an event to the rules, and it waits for a tick. */
  notePush(): void {
    this.#pushed++
  }

  /** So many pushed events have run, and the events that their tick sends are queued: sends those that waited for that. */
  notePushesRan(count: number): void {
    this.#ran += count
    while (this.#waiting.length > 0 && this.#waiting[0]!.after <= this.#ran) this.#release()
  }

  /** No tick will come for now: sends all that wait. */
  releaseAll(): void {
    while (this.#waiting.length > 0) this.#release()
  }

  /**
   * Sends an event of the server's own code.
   * @param waits false while there are no ticks
   * @throws ServerError `unknown_client`; ProtocolError as `send` does
   */
  dispatch(
    name: string,
    data: unknown,
    { to = 'all', retries, onAck, onFail }: ServerDispatchOptions,
    waits: boolean,
  ): void {
    const links = this.#linksOf(to)
    const event: OutgoingEvent = {
      name,
      data,
      ...(retries !== undefined && { retries }),
      ...(onAck && { onAck }),
      ...(onFail && { onFail }),
    }
    if (waits && this.#ran < this.#pushed) {
      this.#waiting.push({ after: this.#pushed, links, event, payload: this.#encode(links, data) })
    } else this.send(links, event)
  }

  /** Sends an event of a rule. A client that has left since the rule named it is left out. */
  dispatchForRule(dispatch: Dispatch): void {
    const { name, data, to } = dispatch
    const { links, room } = this.#options
    const { joined } = links
    const origin = originFor(room.game, dispatch)
    guard(this.#options.logger, `the event '${name}' of a rule cannot be sent`, () =>
      this.send(recipientsOf(to, joined), { name, data, origin }),
    )
  }

  /**
   * Queues one event at each of `links`; each one is retried, acked and failed by itself. If a session cannot take it (its
   * queue is full, it ends just now), `onFail` is called, and the others still get it.
   * @throws GameStateError `invalid_value`, `value_limit`, `value_too_large`; ProtocolError `event_too_large`, `invalid_argument`, before anything is sent
   */
  send(links: readonly ClientLink[], event: OutgoingEvent): void {
    this.#queue(links, event, this.#encode(links, event.data))
  }

  /** Logs how many events to a client were dropped, if any were. For the end of dropping, or of the session. */
  endDropping(link: ClientLink): void {
    if (link.dropping === undefined) return
    const { count } = link.dropping
    link.dropping = undefined
    this.#options.logger.warn({ clientId: link.id, dropped: count }, 'events to a client were dropped')
  }

  #release(): void {
    const { links, event, payload } = this.#waiting.shift()!
    guard(this.#options.logger, `the event '${event.name}' cannot be sent`, () => this.#queue(links, event, payload))
  }

  /** All clients of a room have the same limits. */
  #encode(links: readonly ClientLink[], data: unknown): Uint8Array {
    return encodeValue(data, links[0]?.sendLimits)
  }

  #queue(links: readonly ClientLink[], event: OutgoingEvent, payload: Uint8Array): void {
    const { name, retries = 0, minVersion = this.#options.store.version, onAck, onFail, onDrop, origin } = event
    const { logger, room } = this.#options
    const { journal } = room
    const taken: ClientLink[] | undefined = journal && []
    const nowMs = this.#options.now()
    // without callbacks all clients share the options, and no answer is decoded
    const shared: SendOptions = { retries, minVersion, ...(onDrop && { onFail: onDrop }) }
    for (const link of links) {
      let options = shared
      if (onAck !== undefined || onFail !== undefined) {
        const fail = (error: ProtocolError): void =>
          guard(logger, `onFail of '${name}' failed`, () => onFail?.(link, error))
        const ack = (result: Uint8Array | undefined): void => this.#acked(link, name, result, onAck, fail)
        options = { retries, minVersion, onAck: ack, onFail: fail }
      }
      if (origin?.clientId === link.id) {
        // if it got lost, a client that has handled it ahead would take it back
        options = { ...options, retries: Number.POSITIVE_INFINITY, origin: { sequence: origin.sequence, n: origin.n } }
      }
      try {
        link.send(name, payload, options)
        taken?.push(link)
        if (link.dropping !== undefined && nowMs - link.dropping.lastAtMs >= quietMs) this.endDropping(link)
      } catch (error) {
        const isOfSession =
          error instanceof ProtocolError && (error.code === 'queue_full' || error.code === 'session_closed')
        journal?.dropped(link)
        if (!isOfSession) {
          for (const other of links.slice(links.indexOf(link) + 1)) journal?.dropped(other)
          throw error
        }
        if (error.code === 'queue_full') this.#dropped(link, name, nowMs)
        else logger.debug({ clientId: link.id, event: name }, 'an event came too late for its client')
        options.onFail?.(error)
      }
    }
    if (taken !== undefined) journal?.sent(taken, { name, payload, retries, minVersion })
  }

  #acked(
    link: ClientLink,
    name: string,
    result: Uint8Array | undefined,
    onAck: ((client: Client, result: unknown) => void) | undefined,
    fail: (error: ProtocolError) => void,
  ): void {
    const { logger } = this.#options
    let value: unknown
    try {
      value = result && decodeValue(result, link.receiveLimits)
    } catch (cause) {
      // a mistake of the peer, which ends its session
      fail(new ProtocolError('malformed', `the result of '${name}' cannot be read`, { cause }))
      return link.end('malformed', `the result of '${name}' cannot be read`)
    }
    guard(logger, `onAck of '${name}' failed`, () => onAck?.(link, value))
  }

  /** Only the first dropped event is logged at once: a slow client must not flood the log. */
  #dropped(link: ClientLink, event: string, nowMs: number): void {
    if (link.dropping === undefined) {
      this.#options.logger.warn({ clientId: link.id, event }, 'events to a client are dropped from now on')
    }
    link.dropping = { count: (link.dropping?.count ?? 0) + 1, lastAtMs: nowMs }
  }

  /** @throws ServerError `unknown_client` naming it; a client that is excepted need not be there */
  #linksOf(to: Recipients): ClientLink[] {
    const { joined } = this.#options.links
    if (!isByName(to)) return recipientsOf(to, joined)
    return (typeof to === 'string' ? [to] : [...new Set(to)]).map((id) => {
      const link = joined.get(id)
      if (link === undefined) throw new ServerError('unknown_client', `there is no client '${id}'`)
      return link
    })
  }
}

/** True for clients that are named one by one. */
function isByName(to: Recipients): to is string | readonly string[] {
  return typeof to === 'string' ? to !== 'all' : !('except' in to)
}

/** Those of the recipients that have joined. */
export function recipientsOf<Recipient>(to: Recipients, joined: ReadonlyMap<string, Recipient>): Recipient[] {
  if (to === 'all') return [...joined.values()]
  if (isByName(to)) {
    return (typeof to === 'string' ? [to] : [...new Set(to)]).flatMap((id) => joined.get(id) ?? [])
  }
  const except = new Set(typeof to.except === 'string' ? [to.except] : to.except)
  return [...joined].flatMap(([id, recipient]) => (except.has(id) ? [] : [recipient]))
}

/** Where an event of a rule comes from. Only an event that its client runs ahead needs it there. */
export function originFor(game: Pick<AnyGame, 'serverEvents'>, { name, origin }: Dispatch): Dispatch['origin'] {
  return game.serverEvents[name]?.predict ? origin : undefined
}
