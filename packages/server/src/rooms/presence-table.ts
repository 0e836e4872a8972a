import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import { checkPresence, elementsOf, encodeValue, guard } from '@tygase/gamestate/internal'
import { limitsOf, type Outcome, presenceEvent, type SessionLimits } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { EventSender } from '../events/event-sender.js'

/** The room as the presence of its clients sees it. */
export interface PresenceRoom {
  readonly clock: Clock
  readonly logger: Logger
  readonly game: AnyGame
  readonly limits: Partial<SessionLimits>
  readonly out: Pick<EventSender, 'send'>
  /** Most bytes of the presence of one client. */
  readonly maxPresenceBytes: number
}

interface Presence {
  readonly value: unknown
  readonly bytes: number
  readonly elements: number
}

/** What a client has not got yet. */
interface Receiver {
  /** Events under way to it. */
  unacked: number
  /** Clients whose presence has changed since then. */
  readonly missed: Set<string>
}

/**
 * Events that may be under way to one client: at twenty a second enough for a round trip of 400 ms. A client that acks more
 * slowly gets one event with the newest presences when it acks.
 */
const mostUnacked = 8
/** A client that could not be sent an event at once is tried again after this time. */
const retryMs = 1000
/** Most bytes of one entry beside its value, and most elements: a client id and a list. */
const entryBytes = 48
const entryElements = 32

const done: Outcome = Object.freeze({ kind: 'done' })

/**
 * The presence of each client of a room, and what its clients know of it. Only the newest presence counts: changes of one turn
 * go out together, and a slow client skips those in between.
 */
export class PresenceTable {
  readonly #room: PresenceRoom
  readonly #presences = new Map<string, Presence>()
  /** Changed since the last turn. */
  readonly #changed = new Set<string>()
  readonly #receivers = new Map<ClientLink, Receiver>()
  /** Those that wait for the next try: they have missed presences, and no event whose ack would catch them up is under way. */
  readonly #behind = new Set<ClientLink>()
  #cancelRetry: (() => void) | undefined
  readonly #maxBytes: number
  readonly #maxElements: number

  constructor(room: PresenceRoom) {
    this.#room = room
    const { maxEventBytes, maxPayloadElements } = limitsOf(room.limits)
    this.#maxBytes = maxEventBytes - entryBytes
    this.#maxElements = maxPayloadElements - entryElements
  }

  /** Sets the presence of a client. @param data as it came; null for none */
  take(link: ClientLink, data: unknown): Outcome {
    if (data === null) {
      if (this.#presences.delete(link.id)) this.#changed.add(link.id)
      return done
    }
    const checked = checkPresence(this.#room.game, data)
    if ('code' in checked) {
      if (checked.error !== undefined) this.#room.logger.error({ err: checked.error }, 'the schema of presence failed')
      return { kind: 'refused', code: checked.code, message: checked.message }
    }
    const { value } = checked
    let bytes: number
    try {
      // as deep as it will stand
      bytes = encodeValue([[link.id, value]], link.sendLimits).length - encodeValue([[link.id]]).length
    } catch (error) {
      const text = `the presence cannot be sent: ${error instanceof Error ? error.message : String(error)}`
      return { kind: 'refused', code: 'presence_invalid', message: text }
    }
    const { maxPresenceBytes } = this.#room
    if (bytes > maxPresenceBytes) {
      const message = `a presence of ${bytes} bytes, at most ${maxPresenceBytes} are allowed`
      return { kind: 'refused', code: 'presence_too_large', message }
    }
    this.#presences.set(link.id, { value, bytes, elements: elementsOf(value) })
    this.#changed.add(link.id)
    return done
  }

  /** The presence of each client that has one. */
  get values(): (readonly [clientId: string, value: unknown])[] {
    return [...this.#presences].map(([clientId, { value }]) => [clientId, value] as const)
  }

  /** Goes on with presences of another process. Called before clients are among the joined ones, which get them anew. */
  restore(values: readonly (readonly [clientId: string, value: unknown])[]): void {
    for (const [clientId, value] of values) {
      const bytes = encodeValue([[clientId, value]]).length - encodeValue([[clientId]]).length
      this.#presences.set(clientId, { value, bytes, elements: elementsOf(value) })
    }
  }

  /** A client has joined: it gets all presences. */
  joined(link: ClientLink): void {
    this.#receivers.set(link, { unacked: 0, missed: new Set(this.#presences.keys()) })
    this.#catchUp(link)
  }

  /** A client has left for good, and its presence with it. */
  left(link: ClientLink): void {
    this.#receivers.delete(link)
    this.#behind.delete(link)
    if (this.#presences.delete(link.id)) this.#changed.add(link.id)
  }

  /** Sends what has changed since the last turn. */
  sendDue(): void {
    if (this.#changed.size === 0) return
    const changed = [...this.#changed]
    this.#changed.clear()
    const ready: ClientLink[] = []
    for (const [link, { unacked, missed }] of this.#receivers) {
      if (unacked < mostUnacked && missed.size === 0) ready.push(link)
      else for (const id of changed) missed.add(id)
    }
    this.#send(ready, changed)
  }

  /** The room has ended. */
  stop(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
  }

  #catchUp(link: ClientLink): void {
    const receiver = this.#receivers.get(link)
    if (receiver === undefined || receiver.missed.size === 0 || receiver.unacked >= mostUnacked) return
    const ids = [...receiver.missed]
    receiver.missed.clear()
    this.#send([link], ids)
  }

  /** Sends the newest presences of these clients, in as few events as the limits allow. */
  #send(links: readonly ClientLink[], ids: readonly string[]): void {
    if (links.length === 0) return
    let entries: unknown[] = []
    let bytes = 0
    let elements = 0
    for (const id of ids) {
      const presence = this.#presences.get(id)
      const moreBytes = entryBytes + (presence?.bytes ?? 0)
      const moreElements = entryElements + (presence?.elements ?? 0)
      if (entries.length > 0 && (bytes + moreBytes > this.#maxBytes || elements + moreElements > this.#maxElements)) {
        this.#sendEvent(links, entries)
        entries = []
        bytes = 0
        elements = 0
      }
      entries.push(presence === undefined ? [id] : [id, presence.value])
      bytes += moreBytes
      elements += moreElements
    }
    if (entries.length > 0) this.#sendEvent(links, entries)
  }

  #sendEvent(links: readonly ClientLink[], entries: readonly unknown[]): void {
    for (const link of links) {
      const receiver = this.#receivers.get(link)
      if (receiver !== undefined) receiver.unacked++
    }
    const onAck = (link: { readonly id: string }): void => {
      const receiver = this.#receivers.get(link as ClientLink)
      if (receiver === undefined) return
      receiver.unacked--
      this.#catchUp(link as ClientLink)
    }
    const onFail = (link: { readonly id: string }): void => {
      const receiver = this.#receivers.get(link as ClientLink)
      if (receiver === undefined) return
      receiver.unacked--
      for (const [id] of entries as [string][]) receiver.missed.add(id)
      // not at once: what has failed now would fail again, without end
      if (receiver.unacked === 0) this.#retryLater(link as ClientLink)
    }
    guard(this.#room.logger, 'the presence of clients could not be sent', () =>
      this.#room.out.send(links, {
        name: presenceEvent,
        data: entries,
        // it has nothing to do with the state, so it need not wait for a version
        minVersion: 0,
        retries: Number.POSITIVE_INFINITY,
        onAck,
        onFail,
      }),
    )
  }

  #retryLater(link: ClientLink): void {
    this.#behind.add(link)
    this.#cancelRetry ??= this.#room.clock.schedule(retryMs, () => {
      this.#cancelRetry = undefined
      const links = [...this.#behind]
      this.#behind.clear()
      for (const behind of links) this.#catchUp(behind)
    })
  }
}
