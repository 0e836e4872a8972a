import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { movingEvent } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { EventSender } from '../events/event-sender.js'
import type { TickLoop } from '../sending/tick-loop.js'

/** Clients have so long at most: the process has some seconds to end. */
const mostMs = 2000
/** A spare transport waits at the next process for its hello. It must not wait longer than a transport may there. */
const timeoutShare = 0.6
/** Until the next process has found the port free. */
const portMs = 60
/** Clients are asked in groups, so that rooms tick on meanwhile: of so many clients at least, */
const leastAtOnce = 8
/** one each so many ms, */
const groupMs = 20
/** and so many groups at most. */
const mostGroups = 40
/** A client that cannot open a transport may have come too early. */
const mostAsks = 3
const againMs = 100

/** The room whose clients are asked. */
interface MovingRoom {
  readonly links: RoomClients
  readonly out: Pick<EventSender, 'send'>
  readonly loop: Pick<TickLoop, 'writeSoon'>
}

export interface SpareOptions {
  /** Rooms that another process goes on with. */
  readonly rooms: readonly MovingRoom[]
  readonly clock: Clock
  readonly logger: Logger
  /** For how long a transport may be without a hello. */
  readonly handshakeTimeoutMs: number
  /** True if one more transport from this address may wait at the next process. It counts then. */
  mayWait(host: string | undefined): boolean
  /** True while there is a process that waits for the rooms. */
  isAwaited(): boolean
}

interface Asked {
  readonly room: MovingRoom
  readonly link: ClientLink
  asks: number
}

/**
 * Lets clients open spare transports to the process that goes on with their rooms, before this one closes theirs. A spare transport
 * has no hello, and counts at the next process as any transport without one.
 * @returns a promise, which never rejects: all who can have one, or there is no more time, or no such process
 */
export function openSpares(options: SpareOptions): Promise<void> {
  const { rooms, clock, logger, handshakeTimeoutMs, mayWait, isAwaited } = options
  if (!isAwaited()) return Promise.resolve()
  const untilMs = clock.now() + Math.min(mostMs, handshakeTimeoutMs * timeoutShare)
  const waiting: Asked[] = []
  for (const room of rooms) {
    for (const link of room.links.joined.values()) {
      if (link.transport !== undefined && mayWait(link.address?.host)) waiting.push({ room, link, asks: 0 })
    }
  }
  const groupSize = Math.max(leastAtOnce, Math.ceil(waiting.length / mostGroups))
  const underWay = new Set<Asked>()

  const ask = (asked: Asked): void => {
    const { room, link } = asked
    const done = (): void => void underWay.delete(asked)
    underWay.add(asked)
    asked.asks++
    const onAck = (_: unknown, isOpen: unknown): void => {
      if (isOpen === true || asked.asks === mostAsks) return done()
      clock.schedule(againMs, () => {
        if (underWay.delete(asked)) waiting.push(asked)
      })
    }
    guard(logger, 'a client cannot be moved', () => {
      room.out.send([link], { name: movingEvent, data: undefined, minVersion: 0, onAck, onFail: done })
      room.loop.writeSoon(link)
    })
  }

  return new Promise((resolve) => {
    const look = (): void => {
      for (const asked of underWay) {
        if (asked.link.transport === undefined) underWay.delete(asked)
      }
      const isOver = clock.now() >= untilMs || waiting.length + underWay.size === 0
      if (isOver || !isAwaited()) return resolve()
      for (const asked of waiting.splice(0, groupSize)) ask(asked)
      clock.schedule(groupMs, look)
    }
    clock.schedule(portMs, look)
  })
}
