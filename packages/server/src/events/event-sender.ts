import type { GameStateStore, Logger } from '@tygase/gamestate'
import { type Dispatch, decodeValue, encodeValue, guard, type Recipients } from '@tygase/gamestate/internal'
import { ProtocolError, type SendOptions } from '@tygase/protocol/internal'
import type { ClientLink, OutgoingEvent } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import { ServerError } from '../errors.js'
import type { Client, ServerDispatchOptions } from '../room.js'

/** Dropping has ended if nothing was dropped for this long: a queue that is full has a free place now and then. */
const quietMs = 5000

export interface EventSenderOptions {
  store: Pick<GameStateStore<object>, 'version'>
  links: RoomClients
  /** Of the game: the server's own events, by name. */
  serverEvents: Readonly<Record<string, { readonly predict: boolean }>>
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
  dispatchForRule({ name, data, to, origin }: Dispatch): void {
    const { links, serverEvents } = this.#options
    const { joined } = links
    // only an event that its client runs ahead needs it there
    const predicted = serverEvents[name]?.predict ? origin : undefined
    const isByName = typeof to === 'string' ? to !== 'all' : !('except' in to)
    const ids = typeof to === 'string' ? [to] : 'except' in to ? [] : to
    const present = isByName ? ids.filter((id) => joined.has(id)) : to
    guard(this.#options.logger, `the event '${name}' of a rule cannot be sent`, () =>
      this.send(this.#linksOf(present), { name, data, origin: predicted }),
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
    const { logger } = this.#options
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
        if (link.dropping !== undefined && nowMs - link.dropping.lastAtMs >= quietMs) this.endDropping(link)
      } catch (error) {
        const isOfSession =
          error instanceof ProtocolError && (error.code === 'queue_full' || error.code === 'session_closed')
        if (!isOfSession) throw error
        if (error.code === 'queue_full') this.#dropped(link, name, nowMs)
        else logger.debug({ clientId: link.id, event: name }, 'an event came too late for its client')
        options.onFail?.(error)
      }
    }
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
    if (to === 'all') return [...joined.values()]
    if (typeof to === 'object' && 'except' in to) {
      const except = new Set(typeof to.except === 'string' ? [to.except] : to.except)
      return [...joined.values()].filter(({ id }) => !except.has(id))
    }
    return (typeof to === 'string' ? [to] : [...new Set(to)]).map((id) => {
      const link = joined.get(id)
      if (link === undefined) throw new ServerError('unknown_client', `there is no client '${id}'`)
      return link
    })
  }
}
