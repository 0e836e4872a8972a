import { defineGame } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import { ProtocolError } from '@tygase/protocol'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ClientLink } from '../../src/clients/client-link.js'
import type { OutgoingEvent } from '../../src/clients/link-room.js'
import { PresenceTable } from '../../src/rooms/presence-table.js'

const game = defineGame({ initialState: () => ({}), tickRate: 20, presence: z.object({ x: z.number() }) })

/** A table whose sends succeed or fail at once, and two clients. */
function stage() {
  const clock = new VirtualClock()
  const sent: { to: string; data: unknown; ack(): void }[] = []
  const full = new Set<string>()
  let tries = 0
  const out = {
    send(links: readonly ClientLink[], { data, onAck, onFail }: OutgoingEvent): void {
      for (const link of links) {
        tries++
        if (full.has(link.id)) onFail?.(link, new ProtocolError('queue_full', 'too many events wait'))
        else sent.push({ to: link.id, data, ack: () => onAck?.(link, undefined) })
      }
    },
  }
  const table = new PresenceTable({ clock, logger: silentLogger, game, limits: {}, out, maxPresenceBytes: 1024 })
  // reason: of a link, the table reads no more
  const [ada, eve] = ['ada', 'eve'].map((id) => ({ id, sendLimits: {} }) as unknown as ClientLink)
  for (const link of [ada!, eve!]) table.joined(link)
  const move = (x: number): void => {
    table.take(ada!, { x })
    table.sendDue()
  }
  const to = (id: string) => sent.filter((event) => event.to === id)
  return { clock, table, full, to, move, ada: ada!, eve: eve!, tries: () => tries }
}

describe('a client that cannot be sent an event', () => {
  test('costs one try, and is tried again once a second', () => {
    const { clock, full, move, tries } = stage()
    full.add('eve')
    move(1)
    expect(tries()).toBe(2)
    for (let x = 2; x < 5; x++) move(x)
    // only the other client is sent the moves
    expect(tries()).toBe(5)
    clock.advance(3500)
    expect(tries()).toBe(8)
  })

  test('gets the newest presences when it can be sent events again', () => {
    const { clock, full, to, move } = stage()
    full.add('eve')
    for (let x = 1; x < 5; x++) move(x)
    full.delete('eve')
    clock.advance(1000)
    expect(to('eve').map(({ data }) => data)).toEqual([[['ada', { x: 4 }]]])
    move(5)
    expect(to('eve').at(-1)?.data).toEqual([['ada', { x: 5 }]])
  })

  test('gets them with the ack of an event that is under way', () => {
    const { full, to, move } = stage()
    move(1)
    full.add('eve')
    move(2)
    full.delete('eve')
    to('eve')[0]!.ack()
    expect(to('eve').at(-1)?.data).toEqual([['ada', { x: 2 }]])
  })

  test('is not tried any more after it has left, or the room has ended', () => {
    for (const end of ['left', 'ended']) {
      const { clock, table, full, move, eve, tries } = stage()
      full.add('eve')
      move(1)
      if (end === 'left') table.left(eve)
      else table.stop()
      const before = tries()
      clock.advance(5000)
      expect(tries()).toBe(before)
    }
  })
})
