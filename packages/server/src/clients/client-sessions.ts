import { atOnce, guard } from '@tygase/gamestate/internal'
import {
  type CloseCode,
  type CloseInfo,
  Counters,
  type IncomingEvent,
  isReserved,
  ServerSession,
  type ServerSessionOptions,
  type SessionStatus,
} from '@tygase/protocol/internal'
import type { AcceptedTransport } from '../entrance/listener.js'
import type { JoinRequest, RoomOfLinks } from './link-room.js'
import { ReadPause } from './read-pause.js'
import { WaitingEvents } from './waiting-events.js'

/** A page that is loaded again and again before it has answered. */
const mostBefore = 4

/** Ends that come from the client or its network. What it has sent before is handled; other ends cut that off. */
const ownEnds: ReadonlySet<CloseCode> = new Set(['grace_over', 'idle', 'transport_lost'])

/** The room as the sessions of its clients see it. */
type SessionRoom = Pick<RoomOfLinks<never>, 'clock' | 'logger' | 'counters' | 'limits' | 'names' | 'hashOf' | 'store'>

/** The client whose sessions these are. */
interface SessionsOwner {
  readonly link: {
    /** The transport of now. */
    readonly transport: AcceptedTransport | undefined
    /** True while the session of now may go on. */
    readonly isLive: boolean
  }
  /** Takes an event for which the transport's budget has room. */
  onEvent(event: IncomingEvent): void
  /** The session of now has another status. Its end comes after the events before it. */
  onStatus(status: SessionStatus, info?: CloseInfo): void
  /** Called after each turn of events that have waited. */
  onTurn(): void
}

type OwnOptions = Pick<ServerSessionOptions, 'token' | 'welcome' | 'counters' | 'ledger'>

/**
 * The sessions of one client: the one of now, and those of its page before that was loaded again. An earlier one is kept until
 * the client has shown that it knows of the one of now: a welcome with a newer token may get lost. Of an earlier one, nothing but the
 * events that it still brings is of interest.
 *
 * The events of all of them go one way: each waits while the budget of the transport is overdrawn, and nothing is read then.
 */
export class ClientSessions {
  readonly #clientId: string
  readonly #room: SessionRoom
  readonly #owner: SessionsOwner
  #current: ServerSession
  #before: ServerSession[] = []
  /** Undefined until an event has had to wait for the budget of the transport. */
  #waiting: WaitingEvents | undefined
  /** Set once the session has ended, until the events that wait have been handled: the room hears of the end then. */
  #leaving: { readonly info: CloseInfo | undefined } | undefined
  /** Undefined until reading has had to pause. */
  #pauses: ReadPause | undefined

  /** @param nowMs on the clock of the room */
  constructor(room: SessionRoom, request: JoinRequest, owner: SessionsOwner, nowMs: number) {
    const { id, token, welcome, ledger } = request
    this.#clientId = id
    this.#room = room
    this.#owner = owner
    const counters = new Counters(room.counters)
    this.#current = this.#begin(
      { token, welcome, counters, ...(ledger && { ledger }) },
      (options) => new ServerSession(options, nowMs),
    )
    // whichever version its client has, it is one of this room
    if (ledger !== undefined) this.#current.stateSent(room.store.version)
  }

  get current(): ServerSession {
    return this.#current
  }

  /** True for the token of a session that may begin anew. */
  mayRejoin(token: Uint8Array): boolean {
    if (this.#current.hasMet) this.#before = []
    return [this.#current, ...this.#before].some((session) => session.matchesToken(token))
  }

  /** Another session begins. @returns the one before, which the caller closes */
  renew({ token, welcome }: Pick<JoinRequest, 'token' | 'welcome'>, nowMs: number): ServerSession {
    const before = this.#current
    this.#current = this.#begin({ token, welcome, counters: before.counters }, (options) =>
      before.successor(options, (name) => !isReserved(name), nowMs),
    )
    this.#before = [before, ...this.#before].slice(0, mostBefore)
    return before
  }

  /** True while events wait. */
  get hasWaiting(): boolean {
    return this.#waiting !== undefined && this.#waiting.size > 0
  }

  /** True from the end of the session until the events that wait have been handled. */
  get isLeaving(): boolean {
    return this.#leaving !== undefined
  }

  /** Of reading from the transport. */
  get pauses(): ReadPause {
    const { clock, logger } = this.#room
    const clientId = this.#clientId
    this.#pauses ??= new ReadPause({ clock, logger, clientId, hasWaiting: () => this.hasWaiting })
    return this.#pauses
  }

  /** The transport is gone: no time is awaited to read from it. */
  endPause(): void {
    this.#pauses?.end()
  }

  /** Events that wait are not handled. */
  forget(): void {
    this.#waiting?.forget()
  }

  /** Nothing more is awaited of a session that has ended. */
  leave(): void {
    if (this.#leaving === undefined) return
    const { info } = this.#leaving
    this.#leaving = undefined
    this.forget()
    this.#owner.onStatus('closed', info)
  }

  /** Hands an event on, unless the budget is overdrawn. */
  #take(event: IncomingEvent): void {
    const { transport } = this.#owner.link
    if (!this.hasWaiting && this.#mayWork(transport, event.payload.length)) return this.#owner.onEvent(event)
    this.#waiting ??= this.#makeWaiting()
    if (this.#waiting.push(event) && transport !== undefined) this.pauses.pause(transport)
  }

  #mayWork(transport: AcceptedTransport | undefined, bytes: number): boolean {
    let may = true
    guard(this.#room.logger, 'a transport failed', () => {
      may = atOnce('mayWork', transport?.mayWork?.(bytes)) !== false
    })
    return may
  }

  #makeWaiting(): WaitingEvents {
    const { clock, logger } = this.#room
    const { link, onEvent, onTurn } = this.#owner
    return new WaitingEvents({
      clock,
      logger,
      transport: () => link.transport,
      mayGoOn: () => link.isLive || this.isLeaving,
      mayWork: (transport, bytes) => this.#mayWork(transport, bytes),
      take: onEvent,
      onEmpty: () => {
        this.leave()
        if (link.transport !== undefined) this.pauses.resume(link.transport)
      },
      onTurn,
    })
  }

  /** The room hears of the end of a session after the events that came before it. */
  #changeStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    const isOwn = info?.byPeer === true || (info !== undefined && ownEnds.has(info.code))
    if (status === 'closed' && isOwn && this.hasWaiting) this.#leaving = { info }
    else this.#owner.onStatus(status, info)
  }

  #begin(own: OwnOptions, make: (options: ServerSessionOptions) => ServerSession): ServerSession {
    const { limits, names, hashOf } = this.#room
    const session: ServerSession = make({
      clientId: this.#clientId,
      names,
      limits,
      ...(hashOf && { hashOf }),
      ...own,
      listener: {
        onEvent: (event) => this.#take(event),
        onStatus: (status, info) => {
          if (session === this.#current) this.#changeStatus(status, info)
        },
      },
    })
    return session
  }
}
