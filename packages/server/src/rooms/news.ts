import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import {
  type GameInfo,
  gameEvent,
  gameTimeOf,
  joinedEvent,
  limitsOf,
  type MemberInfo,
  type MembersNews,
  membersEvent,
  type SessionLimits,
} from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { EventSender } from '../events/event-sender.js'
import type { RoomMetadata } from '../room.js'
import { type PresenceRoom, PresenceTable } from './presence-table.js'

/** Members in one event, and round-trip times: fewer with low limits of events. */
const maxMembers = 25
const maxTimes = 1000
/** The most that one of them takes, and the rest of such an event. */
const memberSize = { bytes: 1700, elements: 300 }
const timeSize = { bytes: 24, elements: 20 }
const restSize = { bytes: 64, elements: 40 }
/** A round-trip time that has changed by less than this share, or by less than so many ms, is not sent. */
const leastShare = 0.2
const leastMs = 5
/** Longer names and ids are cut for other clients. */
const maxTextLength = 256

/** The room as its news sees it. */
export interface NewsRoom extends PresenceRoom {
  readonly kind: string
  readonly id: string
  readonly clock: Clock
  readonly logger: Logger
  readonly game: AnyGame
  readonly machine: { readonly running: boolean; readonly tick: number; readonly time: number }
  readonly metadata: RoomMetadata
  readonly limits: Partial<SessionLimits>
  readonly links: RoomClients
  readonly out: EventSender
  readonly sendEveryTicks: number
  readonly maxRewindMs: number
  readonly maxClients: number
  /** False: clients are not sent the members of the room. */
  readonly sendMembers: boolean
  /** Infinity: round-trip times are not sent. */
  readonly latencyIntervalMs: number
  /** The server clock's time in ms at which the last tick was due. */
  readonly tickAtMs: number
}

/**
 * Sends a room's clients what they know besides the state: about the game (`$game`), their join (`$joined`), the members
 * (`$members`) and their presence (`$presence`).
 */
export class RoomNews {
  readonly #room: NewsRoom
  readonly #hasRewind: boolean
  readonly #maxMembers: number
  readonly #maxTimes: number
  #sent: GameInfo | undefined
  /** True if news about the game wait for the next turn. A field, because it is read on each tick. */
  isDue = false
  /** The round-trip times that clients know of each other. */
  readonly #sentMs = new Map<string, number>()
  #cancelTimes: (() => void) | undefined
  /** Changes of the members since the clients were last sent some: once a turn, however many there are. */
  #changes = 0
  /** Clients that have joined since then, with the number of changes when they were sent all members; -1: not yet. */
  readonly #newcomers = new Map<ClientLink, number>()
  readonly #left = new Set<string>()
  readonly #connected = new Map<string, boolean>()

  readonly presence: PresenceTable

  constructor(room: NewsRoom) {
    this.#room = room
    this.#hasRewind = Object.keys(room.game.events).some((name) => room.game.events[name].rewind)
    this.presence = new PresenceTable(room)
    const { maxEventBytes, maxPayloadElements } = limitsOf(room.limits)
    const most = (max: number, size: typeof restSize): number => {
      const byBytes = Math.floor((maxEventBytes - restSize.bytes) / size.bytes)
      return Math.min(max, byBytes, Math.floor((maxPayloadElements - restSize.elements) / size.elements))
    }
    this.#maxMembers = most(maxMembers, memberSize)
    this.#maxTimes = most(maxTimes, timeSize)
  }

  get gameInfo(): GameInfo {
    const { kind, id, game, machine, metadata, links, sendEveryTicks, maxRewindMs, maxClients, tickAtMs } = this.#room
    return {
      host: links.host ?? links.nextHost ?? null,
      running: machine.running,
      tickRate: game.tickRate,
      sendEveryTicks,
      ...(this.#hasRewind && { maxRewindMs }),
      tick: machine.tick,
      atMs: tickAtMs,
      ...(machine.time !== machine.tick / game.tickRate && { time: machine.time }),
      room: { kind, id, maxClients: maxClients === Number.POSITIVE_INFINITY ? null : maxClients, metadata },
    }
  }

  /** News about the game go out with the next turn: once, if many clients leave at a time and each of them was host. */
  sendSoon(): void {
    this.isDue = true
  }

  /** Sends changed news about the game and the members. */
  sendDue(): void {
    this.isDue = false
    if (this.#changes > 0) this.#sendChanges()
    this.presence.sendDue()
    const sent = this.#sent
    const info = this.gameInfo
    const isSame =
      sent !== undefined &&
      sent.host === info.host &&
      sent.running === info.running &&
      // a game that runs goes on by itself at its clients; of one that is stepped by hand they get to know each tick
      (info.running || gameTimeOf(sent) === gameTimeOf(info)) &&
      sent.room.metadata === info.room.metadata
    if (!isSame) this.sendGame()
  }

  /**
   * Sends news about the game to all clients.
   * @param welcomed a client whose welcome has them already
   */
  sendGame(welcomed?: ClientLink): void {
    this.isDue = this.#changes > 0
    this.#sent = this.gameInfo
    const links = [...this.#room.links.all.values()].filter((link) => link !== welcomed)
    this.#send(links, gameEvent, this.#sent, 0)
  }

  /** A session has begun: if that has made it host, the others get to know. */
  welcomed(link: ClientLink): void {
    if (this.#sent?.host !== this.gameInfo.host) this.sendGame(link)
  }

  /** A client has joined, and is among the joined ones. */
  joined(link: ClientLink): void {
    this.#send([link], joinedEvent, undefined)
    this.presence.joined(link)
    if (!this.#room.sendMembers) return
    this.#newcomers.set(link, -1)
    this.#changed()
    this.start()
  }

  /** A client of another process is among the joined ones: it gets all anew, for what it had at last is not known. */
  restored(link: ClientLink): void {
    this.presence.joined(link)
    if (!this.#room.sendMembers) return
    this.#newcomers.set(link, -1)
    this.#changed()
  }

  /** A client has left, and is not among the joined ones any more. */
  left(link: ClientLink): void {
    const { links, sendMembers } = this.#room
    this.presence.left(link)
    if (!sendMembers) return
    this.#sentMs.delete(link.id)
    this.#connected.delete(link.id)
    // the others have not heard of one that comes and goes within a turn
    if (!this.#newcomers.delete(link)) this.#left.add(link.id)
    if (links.joined.size > 0) return this.#changed()
    this.#forgetChanges()
    this.stop()
  }

  /** The session of a client that has joined was suspended or resumed. */
  connected(link: ClientLink, isConnected: boolean): void {
    if (!this.#room.sendMembers) return
    this.#connected.set(link.id, isConnected)
    this.#changed()
  }

  /** Sends all members to clients that have just joined: before they are written to for the first time. */
  sendLists(): void {
    const links = [...this.#newcomers.keys()].filter((link) => this.#newcomers.get(link) === -1)
    if (links.length === 0) return
    const members = [...this.#room.links.joined.values()]
    for (let i = 0; i < members.length; i += this.#maxMembers) {
      const joined = members.slice(i, i + this.#maxMembers).map(memberInfoOf)
      this.#sendMembers(links, { ...(i === 0 && { reset: true }), joined })
    }
    for (const link of links) this.#newcomers.set(link, this.#changes)
  }

  #changed(): void {
    this.#changes++
    this.isDue = true
  }

  #forgetChanges(): void {
    this.#changes = 0
    this.#newcomers.clear()
    this.#left.clear()
    this.#connected.clear()
  }

  #sendChanges(): void {
    this.sendLists()
    // all but those whose list is as new as the changes
    const links = [...this.#room.links.joined.values()].filter((link) => this.#newcomers.get(link) !== this.#changes)
    const joined = [...this.#newcomers.keys()].map(memberInfoOf)
    const left = [...this.#left]
    const connected = [...this.#connected]
    this.#forgetChanges()
    if (links.length === 0) return
    for (let i = 0; i < left.length; i += this.#maxTimes)
      this.#sendMembers(links, { left: left.slice(i, i + this.#maxTimes) })
    for (let i = 0; i < joined.length; i += this.#maxMembers) {
      this.#sendMembers(links, { joined: joined.slice(i, i + this.#maxMembers) })
    }
    for (let i = 0; i < connected.length; i += this.#maxTimes) {
      this.#sendMembers(links, { connected: Object.fromEntries(connected.slice(i, i + this.#maxTimes)) })
    }
  }

  /** Sends the round-trip times in their interval from now on, if there are clients. */
  start(): void {
    const { links, clock, latencyIntervalMs, sendMembers } = this.#room
    if (!sendMembers || links.joined.size === 0 || latencyIntervalMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimes ??= clock.schedule(latencyIntervalMs, () => this.#sendTimes())
  }

  stop(): void {
    this.presence.stop()
    this.#cancelTimes?.()
    this.#cancelTimes = undefined
  }

  #sendTimes(): void {
    this.#cancelTimes = undefined
    const links = [...this.#room.links.joined.values()]
    const changed: [string, number][] = []
    for (const { id, rttMs } of links) {
      const sent = this.#sentMs.get(id)
      if (rttMs === undefined) continue
      const isKnown = sent !== undefined && Math.abs(rttMs - sent) <= Math.max(leastMs, sent * leastShare)
      if (!isKnown) changed.push([id, Math.round(rttMs)])
    }
    for (const [id, rttMs] of changed) this.#sentMs.set(id, rttMs)
    for (let i = 0; i < changed.length; i += this.#maxTimes) {
      this.#sendMembers(links, { rttMs: Object.fromEntries(changed.slice(i, i + this.#maxTimes)) })
    }
    this.start()
  }

  #sendMembers(links: readonly ClientLink[], news: MembersNews): void {
    this.#send(links, membersEvent, news)
  }

  #send(links: readonly ClientLink[], name: string, data: unknown, minVersion?: number): void {
    // names of users and metadata may have any characters
    guard(this.#room.logger, `'${name}' could not be sent`, () => {
      const retries = Number.POSITIVE_INFINITY
      this.#room.out.send(links, { name, data, retries, ...(minVersion !== undefined && { minVersion }) })
    })
  }
}

/** A client as other clients in the room may know it. */
function memberInfoOf({ id, userId, name, connectedAtMs, rttMs, status }: ClientLink): MemberInfo {
  return {
    clientId: id,
    ...(userId !== undefined && { userId: userId.slice(0, maxTextLength) }),
    ...(name !== undefined && { name: name.slice(0, maxTextLength) }),
    joinedAtMs: connectedAtMs,
    connected: status === 'connected',
    ...(rttMs !== undefined && { rttMs: Math.round(rttMs) }),
  }
}
