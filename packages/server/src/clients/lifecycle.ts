import type { Clock, GameStateMachine, Logger, Outcome, TickInput } from '@tygase/gamestate'
import { guard, lookMs, type RuleFailure, serverClient } from '@tygase/gamestate/internal'
import {
  type CloseInfo,
  type Outcome as EventOutcome,
  type Hello,
  limitsOf,
  type SessionLedger,
  type SessionStatus,
  writeGameInfo,
} from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { Door } from '../entrance/door.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import type { ChannelTable } from '../events/channel-table.js'
import type { EventIntake } from '../events/event-intake.js'
import type { EventSender } from '../events/event-sender.js'
import type { RoomJournal } from '../journal/room-journal.js'
import type { HookCalls, Lifetime } from '../rooms/lifetime.js'
import type { RoomNews } from '../rooms/news.js'
import type { JoinPace, Seats } from '../rooms/seats.js'
import type { StateSender } from '../sending/state-sender.js'
import type { TickLoop } from '../sending/tick-loop.js'
import { ClientLink, type LinkRoom } from './client-link.js'
import type { ClientTable, RoomClients } from './client-table.js'

const noShutdown = notHostClient('no client may shut this game down')
const notHost = notHostClient('only the host client may shut this game down')

function notHostClient(message: string): EventOutcome {
  return Object.freeze({ kind: 'refused', code: 'not_host_client', message })
}

/** A client that has passed the entrance, and has a seat. */
export interface SeatedClient {
  readonly transport: AcceptedTransport
  readonly hello: Hello
  readonly identity: Identity | undefined
  /** Join data, as the game's schema has returned it. */
  readonly data: unknown
  /** Of its rules; undefined for a client that has not said it. */
  readonly gameVersion: number | undefined
}

/** A client that has loaded its page again. */
export type RejoinedClient = Omit<SeatedClient, 'data'>

/** A join that a tick has run. */
export interface RunJoin {
  readonly input: Extract<TickInput, { kind: 'join' }>
  readonly outcome: Outcome
  /** Set if its rule has thrown. */
  readonly failure: RuleFailure | undefined
}

/** The clients of a room that another process has had. */
export interface RestoredClients {
  readonly host: string | undefined
  /** Client ids, in the order of their joins. */
  readonly joined: readonly string[]
  readonly present: ReadonlySet<string>
  readonly sessions: readonly {
    readonly ledger: SessionLedger
    readonly identity?: Identity | undefined
    readonly data?: unknown
    readonly gameVersion?: number | undefined
    /** On the clock of the server. */
    readonly connectedAtMs: number
  }[]
}

/** The room as the lifecycle of its clients sees it. */
export interface LifecycleRoom extends LinkRoom {
  readonly clock: Clock
  readonly wallClock: { now(): number }
  readonly logger: Logger
  readonly machine: GameStateMachine
  readonly table: ClientTable
  readonly door: Door
  readonly links: RoomClients
  readonly seats: Seats
  readonly sender: StateSender
  readonly out: EventSender
  readonly loop: TickLoop
  readonly news: RoomNews
  readonly events: EventIntake
  readonly hooks: HookCalls
  readonly pace: JoinPace
  readonly lifetime: Lifetime
  readonly journal: RoomJournal | undefined
  readonly channelTables: { readonly room: ChannelTable; readonly server: ChannelTable }
  readonly handOverHost: boolean
  readonly sessionsPerUser: 'both' | 'newest'
  readonly hostShutsDown: 'room' | 'server' | 'nothing'
  shutdownServer(reason: string): Promise<void>
}

/** The way of a client in its room: session, join, suspension, resume, leave. A join and a leave are inputs of a tick. */
export class ClientLifecycle {
  readonly #room: LifecycleRoom
  /** Clients that the state may mention: their join has run, and their leave has not. */
  readonly present = new Set<string>()
  /** Timers that end sessions at the expiry of their identities. */
  readonly #expiries = new Map<ClientLink, () => void>()
  /** True while many sessions end at a time: their leaves run together. */
  #isEnding = false
  #cancelRun: (() => void) | undefined

  constructor(room: LifecycleRoom) {
    this.#room = room
  }

  /** Begins the session of a client, and queues its join. */
  admit({ transport: given, hello, identity, data, gameVersion }: SeatedClient): void {
    const room = this.#room
    const { links, table, seats, news, loop, journal } = room
    const transport = journal?.gated(given) ?? given
    const { id, token } = table.draw()
    // the welcome names the client that becomes host with its join
    if (this.#isVacant && links.all.size === links.joined.size) links.nextHost = id
    const welcome = writeGameInfo(news.gameInfo)
    const link = new ClientLink(room, { id, token, welcome, identity, data, gameVersion })
    links.all.set(id, link)
    table.add(link, hello)
    seats.occupy()
    journal?.sessionBegun(link, hello)
    link.attach(transport, hello)
    if (link.isLive) {
      this.#pushJoin(link)
      this.runJoinsAndLeaves()
    }
    loop.write(link, true)
  }

  /** A client goes on with its session over another transport. */
  resume(link: ClientLink, given: AcceptedTransport, hello: Hello): void {
    const { lifetime, door, loop, journal } = this.#room
    const transport = journal?.gated(given) ?? given
    lifetime.enter()
    link.attach(transport, hello)
    journal?.progressed(link)
    // it may come from another address, also if the session was not suspended
    if (link.transport === transport) door.begin(link.id, transport)
    // a hello of 100 bytes may bring out megabytes
    transport.charge?.(0, loop.write(link, true))
  }

  /** Goes on with the clients of another process: their sessions are suspended, and no hook is called. */
  restore({ host, joined, present, sessions }: RestoredClients): void {
    const room = this.#room
    const { links, table, news, machine } = room
    for (const id of present) this.present.add(id)
    for (const { ledger, ...who } of sessions) {
      const { clientId: id, attempt } = ledger
      const { token } = table.draw()
      const welcome = writeGameInfo(news.gameInfo)
      const link = new ClientLink(room, { id, token, welcome, ledger, ...who })
      links.all.set(id, link)
      links.suspended.add(link)
      table.add(link, attempt && { attempt })
    }
    links.host = host
    for (const id of joined) {
      const link = links.all.get(id)
      if (link === undefined) continue
      link.isJoined = true
      links.joined.set(id, link)
    }
    for (const link of links.joined.values()) news.restored(link)
    for (const id of present) {
      if (!links.joined.has(id)) machine.push({ kind: 'leave', client: { ...serverClient, id } })
    }
    // their joins were queued, and have not run
    for (const link of links.all.values()) if (!link.isJoined) this.#pushJoin(link)
  }

  /**
   * The sessions go on elsewhere: nothing of them ends here, and no hook is called.
   * @param reason given: after all that waits to be sent
   */
  abandon(reason?: string): void {
    const { links, table, clock, limits, events, channelTables, sender } = this.#room
    const ids = [...links.all.keys()]
    for (const link of links.all.values()) {
      link.abandon(reason)
      table.move(link)
      sender.forget(link)
      events.ended(link)
      channelTables.server.leaveAll(link)
    }
    links.all.clear()
    links.joined.clear()
    links.suspended.clear()
    if (ids.length === 0) return
    clock.schedule(limitsOf(limits).graceMs, () => {
      for (const id of ids) table.forgetMoved(id)
    })
  }

  /** The page of a client was loaded again: the client is the same, and begins with nothing. Its join does not run again. */
  rejoin(link: ClientLink, { transport: given, hello, identity, gameVersion }: RejoinedClient): void {
    const { table, sender, events, channelTables, news, lifetime, loop, journal } = this.#room
    const transport = journal?.gated(given) ?? given
    lifetime.enter()
    // what the page of before has asked for, and what it knew
    sender.forget(link)
    events.effectsAsked.delete(link)
    channelTables.room.leaveAll(link)
    channelTables.server.leaveAll(link)
    news.presence.left(link)
    this.#expiries.get(link)?.()
    this.#expiries.delete(link)
    table.add(link, hello)
    const welcome = writeGameInfo(news.gameInfo)
    link.renew(transport, hello, { token: table.drawToken(), welcome, identity, gameVersion })
    journal?.sessionRenewed()
    this.#expireWithIdentity(link)
    if (link.isJoined && link.isLive) {
      news.joined(link)
      link.owesState = true
    }
    transport.charge?.(0, loop.write(link, true))
  }

  /** The join of a client has run. @param link undefined if its session has ended meanwhile */
  joined({ input, outcome, failure: failed }: RunJoin, link: ClientLink | undefined): void {
    const { client } = input
    const { machine, links, news, hooks, events, loop, quiet, pace } = this.#room
    if (outcome.kind === 'refused') {
      const { code, message } = outcome
      pace.giveBack()
      const failure = code === 'handler_failed' ? failed : undefined
      const text = failure === undefined ? message : events.exposed(failure.error, message, false)
      link?.end('refused', `${code}: ${text}`)
      return
    }
    this.present.add(client.id)
    if (link?.isLive) this.#endOlder(link)
    if (link === undefined || !link.isLive) {
      machine.push({ kind: 'leave', client })
      return
    }
    link.isJoined = true
    if (this.#isVacant) {
      links.host = link.id
      links.nextHost = undefined
      news.sendSoon()
    }
    links.joined.set(link.id, link)
    quiet.end()
    news.joined(link)
    hooks.join(link)
    for (const event of link.earlyEvents.splice(0)) events.take(link, event)
    // its first state does not wait for the tick on which state goes out
    link.owesState = true
    loop.writeSoon(link)
  }

  /** The status of a session has changed. */
  changed(link: ClientLink, status: SessionStatus, info: CloseInfo | undefined): void {
    const { links, sender, news, hooks, door } = this.#room
    if (status === 'suspended' && !links.suspended.has(link)) {
      links.suspended.add(link)
      sender.suspend(link)
      if (!link.isJoined) return
      news.connected(link, false)
      hooks.suspend(link, info)
    } else if (status === 'connected') {
      if (link.transport !== undefined) door.begin(link.id, link.transport)
      if (!links.suspended.delete(link)) {
        this.#expireWithIdentity(link)
        news.welcomed(link)
      } else if (link.isJoined) {
        news.connected(link, true)
        hooks.resume(link)
      }
    } else if (status === 'closed') this.#ended(link, info)
  }

  /** While the game is paused, joins and leaves run at once, in a tick without `timeStep`. */
  runJoinsAndLeaves(): void {
    const { machine, clock } = this.#room
    if (machine.running || this.#isEnding || machine.queuedInputs === 0) return
    if (!machine.stepping) return machine.step({ timeMs: clock.now(), timeStep: false })
    // a rule or listener of a tick that is made by hand has ended a session
    this.#cancelRun ??= clock.schedule(0, () => {
      this.#cancelRun = undefined
      this.runJoinsAndLeaves()
    })
  }

  /** Ends the sessions of addresses that are blocked now. */
  endBlocked(): void {
    const { links, door } = this.#room
    for (const link of [...links.all.values()]) {
      if (door.blocks(link.address)) link.end('kicked', 'the address is blocked')
    }
  }

  /** The server runs again: looks after sessions that have been away. */
  wakeAll(): void {
    const { links, clock, news } = this.#room
    for (const link of [...links.all.values()]) {
      link.advance(clock.now())
      this.#expireWithIdentity(link)
    }
    this.endBlocked()
    news.start()
  }

  suspendAll(reason: string): void {
    for (const link of [...this.#room.links.all.values()]) link.suspend('shutdown', reason)
    for (const cancel of this.#expiries.values()) cancel()
    this.#expiries.clear()
  }

  endAll(reason: string): void {
    this.#isEnding = true
    for (const link of [...this.#room.links.all.values()]) link.end('shutdown', reason)
    this.#isEnding = false
    this.runJoinsAndLeaves()
  }

  /** Sessions that end when the user has joined once more. */
  olderOf(identity: Identity | undefined): ClientLink[] {
    const { sessionsPerUser, links } = this.#room
    if (identity === undefined || sessionsPerUser === 'both') return []
    return [...links.all.values()].filter((link) => link.isLive && link.userId === identity.userId)
  }

  /** Shuts down for a host client, after the ack of its request; else a refusal with `not_host_client`. */
  hostShutdown(link: ClientLink): EventOutcome {
    const { hostShutsDown, logger, clock } = this.#room
    const { id } = link
    if (hostShutsDown === 'nothing' || !link.isHost) {
      // once for each client: it may ask thousands of times
      if (!link.wasDenied) logger.warn({ clientId: id }, 'a client asked for a shutdown that it may not have')
      link.wasDenied = true
      return hostShutsDown === 'nothing' ? noShutdown : notHost
    }
    logger.info({ clientId: id, target: hostShutsDown }, 'the host client shuts the game down')
    clock.schedule(0, () => {
      link.end('shutdown', 'shut down by this client')
      const reason = 'shut down by the host client'
      guard(logger, 'the shutdown by the host client failed', () =>
        hostShutsDown === 'room' ? this.#room.close({ reason }) : this.#room.shutdownServer(reason),
      )
    })
    return { kind: 'done' }
  }

  #pushJoin({ id, ruleClient, data }: ClientLink): void {
    const { links, machine } = this.#room
    const client = links.nextHost === id ? Object.freeze({ ...ruleClient, isHost: true }) : ruleClient
    machine.push({ kind: 'join', client, checked: { value: data } })
  }

  /** True if the next client that joins becomes host. */
  get #isVacant(): boolean {
    const { links, handOverHost } = this.#room
    return links.host === undefined && (handOverHost || links.joined.size === 0)
  }

  /** Ends the sessions of the same user that began before this one, whose join is done. */
  #endOlder(link: ClientLink): void {
    for (const older of this.olderOf(link.identity)) {
      if (older === link) return
      older.disconnect('the same user has joined again')
    }
  }

  #ended(link: ClientLink, info: CloseInfo | undefined): void {
    const { table, sender, out, events, channelTables, door, machine, news, hooks, lifetime, quiet } = this.#room
    table.remove(link)
    if (!this.#remove(link)) return
    this.#room.journal?.sessionEnded(link)
    sender.forget(link)
    out.endDropping(link)
    events.ended(link)
    channelTables.room.leaveAll(link)
    channelTables.server.leaveAll(link)
    const { code = 'idle', reason = '' } = info ?? {}
    const { bytesIn, bytesOut } = link.stats
    door.end(link.id, { code, reason, bytesIn, bytesOut })
    this.#expiries.get(link)?.()
    this.#expiries.delete(link)
    if (link.isJoined) {
      machine.push({ kind: 'leave', client: link.ruleClient })
      news.left(link)
      // the row of the client is still in the state: its leave runs after the hooks
      hooks.leave(link, info)
    }
    news.sendSoon()
    quiet.end()
    this.runJoinsAndLeaves()
    lifetime.restIfVacant()
  }

  /**
   * When the host's session ends, the client that joined first becomes host, if the role is handed over. Otherwise there is no
   * host until all have left and a first client joins again.
   * @returns false for a session that has ended before
   */
  #remove(link: ClientLink): boolean {
    const { links, handOverHost } = this.#room
    links.suspended.delete(link)
    if (!links.all.delete(link.id)) return false
    links.joined.delete(link.id)
    if (links.nextHost === link.id) links.nextHost = undefined
    if (links.host === link.id) {
      const [longest] = links.joined.keys()
      links.host = handOverHost ? longest : undefined
    }
    return true
  }

  /** A session does not outlive the identity of its user. */
  #expireWithIdentity(link: ClientLink): void {
    const { expiresAtMs } = link.identity ?? {}
    if (expiresAtMs === undefined || !link.isLive) return
    const { clock, wallClock } = this.#room
    const dueMs = clock.now() + expiresAtMs - wallClock.now()
    const leftMs = (): number => Math.min(dueMs - clock.now(), expiresAtMs - wallClock.now())
    // the time of day may jump: each look asks both clocks, and the first that says so ends the session
    const look = (): void => {
      if (leftMs() <= 0) link.disconnect('identity_expired: the client has to authenticate again')
      else lookLater()
    }
    const lookLater = (): void => {
      this.#expiries.set(link, clock.schedule(Math.min(Math.max(0, leftMs()), lookMs), look))
    }
    this.#expiries.get(link)?.()
    lookLater()
  }
}
