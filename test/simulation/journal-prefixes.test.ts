import { equalStates, type Immutable } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import type { RoomCore } from '@tygase/server/internal'
import { links, MemoryJournal, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { type Bazaar, bazaar } from './support/bazaar.js'
import { Crowd, type Fair } from './support/crowd.js'

/** What a room is at a record. */
interface Seen {
  readonly state: Immutable<Bazaar>
  readonly version: number
  readonly host: string | undefined
  readonly present: readonly string[]
  readonly clients: readonly {
    readonly id: string
    readonly isJoined: boolean
    readonly nextSequence: number
    readonly settled: readonly number[]
  }[]
}

function look(room: RoomCore): Seen {
  const { store, links: clients, lifecycle } = room
  return {
    // reason: the room has the game of the test
    state: store.state as unknown as Immutable<Bazaar>,
    version: store.version,
    host: clients.host,
    present: [...lifecycle.present].sort(),
    clients: [...clients.all.values()].map((link) => {
      const { nextSequence } = link.ledger()
      return { id: link.id, isJoined: link.isJoined, nextSequence, settled: [] }
    }),
  }
}

/** A journal that looks at the room with each record. */
class WatchedJournal extends MemoryJournal {
  readonly seen: Seen[] = []
  room: (() => RoomCore) | undefined

  override append(...[key, kind, bytes]: Parameters<MemoryJournal['append']>): void {
    super.append(key, kind, bytes)
    const room = this.room?.()
    if (room !== undefined) this.seen.push(look(room))
  }
}

describe('the journal of a room', () => {
  it.each(withSeedOfRun(...often([51], [51, 52])))(
    'makes the room of each record again, with seed %i',
    async (seed) => {
      const journal = new WatchedJournal()
      const crowd = new Crowd()
      const fair: Fair = await simulate({
        game: bazaar,
        clients: 3,
        seed,
        link: links.mobile,
        onConnect: crowd.greet,
        onStart: (server) => {
          journal.room = () => server.room as unknown as RoomCore
        },
        server: { save: { journal, snapshotMs: 1000 } },
      })
      await crowd.play(fair, 1000)
      fair.clients[0]!.cut()
      await crowd.play(fair, 1000)
      fair.clients[0]!.heal()
      await fair.complete(fair.clients[1]!.connection.disconnect())
      fair.addClient()
      await crowd.play(fair, 1500)
      expect(journal.seen.length).toBe(journal.entries.length)
      for (const [place, seen] of journal.seen.entries()) {
        const prefix = journal.upTo(place + 1)
        const server = new Server({ game: bazaar, logger: false, save: { journal: prefix } })
        const room = server.room as unknown as RoomCore
        // as `run` does, but for what follows in the new process
        const [left] = await prefix.open()
        room.left = left
        room.recover()
        const found = look(room)
        const isEqual = equalStates(found.state, seen.state)
        expect({ place, isEqual, ...found, state: 0 }).toEqual({ place, isEqual: true, ...seen, state: 0 })
      }
    },
  )
})
