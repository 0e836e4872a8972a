import type { Server } from '@tygase/server'
import type { RoomCore } from '@tygase/server/internal'
import { links, MemoryJournal, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { type Bank, bank } from './support/bank.js'

const retries = Number.POSITIVE_INFINITY

/** What clients were told of the events of a name. */
interface Told {
  sent: number
  done: number
  readonly failed: string[]
}

/** Clients that pay, by a rule alone, and buy, by a handler that tells all of it. All their events are sent again until they are handled. */
class Customers {
  readonly pay: Told = { sent: 0, done: 0, failed: [] }
  readonly buy: Told = { sent: 0, done: 0, failed: [] }
  readonly #play: Simulation

  constructor(play: Simulation) {
    this.#play = play
  }

  async shop(ms: number, stepMs = 40): Promise<void> {
    for (const endMs = this.#play.nowMs + ms; this.#play.nowMs < endMs; ) {
      for (const { connection } of this.#play.clients) {
        this.#send(connection, 'pay', { gold: 1 }, this.pay)
        if (this.#play.random() < 0.4) this.#send(connection, 'buy', { item: 'apple' }, this.buy)
      }
      await this.#play.step(stepMs)
    }
  }

  #send(connection: Simulation['clients'][number]['connection'], name: string, data: unknown, told: Told): void {
    told.sent++
    connection.dispatchEvent(name as never, data as never, {
      retries,
      onAck: () => void told.done++,
      onFail: ({ code }: { code: string }) => void told.failed.push(code),
    })
  }
}

async function openShop(define: (server: Server, play: () => Simulation) => void, seed: number) {
  const play: Simulation = await simulate({
    define: (server) => define(server, () => play),
    link: links.lan,
    onConnect: ({ connection }) => void connection.registerEventHandler('paid' as never, () => {}),
    clients: 0,
    seed,
  })
  for (let client = 0; client < 3; client++) await play.complete(play.addClient({ path: '/bank/1' }).connected)
  const back = () => play.runUntil(() => play.clients.every(({ connection }) => connection.status === 'connected'))
  const state = () => play.server.rooms.get('bank/1')!.store.state as unknown as Bank
  return { play, back, state, customers: new Customers(play) }
}

describe('a room whose process dies before each of its snapshots', () => {
  it('hands on no more from one crash to the next', async () => {
    const journal = new MemoryJournal()
    const { play, back, customers } = await openShop(
      (server) =>
        server.define('bank', bank, {
          save: { journal, snapshotMs: 60_000 },
          handlers: {
            buy: (_, { room }) => {
              room.dispatchEvent('paid' as never, { gold: 0 } as never, { retries })
              return 'bought'
            },
          },
        }),
      11,
    )
    const sizes: number[] = []
    for (let crash = 0; crash < 12; crash++) {
      await customers.shop(1000)
      play.serverProcess.crash()
      await play.serverProcess.restart()
      sizes.push(journal.entries.findLast(({ kind }) => kind === 'snapshot')!.bytes.length)
      await back()
    }
    await play.settle()
    expect(customers.pay.failed).toEqual([])
    expect(Math.max(...sizes.slice(6))).toBeLessThan(1.5 * Math.max(...sizes.slice(0, 6)))
    await play.end()
  })
})

describe('an event of a client', () => {
  it.each(withSeedOfRun(...often([21], [21, 22, 23])))(
    'is lost by a crash only if its handler may have begun, with seed %i',
    async (seed) => {
      const journal = new MemoryJournal()
      let calls = 0
      const { play, back, state, customers } = await openShop(
        (server) =>
          server.define('bank', bank, {
            save: { journal, snapshotMs: 700 },
            handlers: { buy: () => void calls++ },
          }),
        seed,
      )
      for (let crash = 0; crash < 8; crash++) {
        await customers.shop(200 + 300 * play.random(), 7)
        play.serverProcess.crash()
        await play.serverProcess.restart()
        await back()
      }
      await customers.shop(200)
      await play.settle()
      const { pay, buy } = customers
      expect(pay.failed).toEqual([])
      expect([pay.done, state().total]).toEqual([pay.sent, pay.sent])
      expect(buy.done + buy.failed.length).toBe(buy.sent)
      // each was begun once, also if it is lost
      expect(calls).toBe(buy.sent)
      expect([...new Set(buy.failed)].filter((code) => code !== 'event_lost')).toEqual([])
      await play.end()
    },
  )

  it('whose handler waits for the journal when the room goes on elsewhere begins there, and once', async () => {
    let journal: MemoryJournal | undefined
    const calls: string[] = []
    let life = 0
    const { play, back, state } = await openShop((server, playOf) => {
      journal ??= new MemoryJournal({
        clock: { now: () => 0, schedule: (ms, run) => playOf().clock.schedule(ms, run) },
        writeMs: 40,
      })
      const own = life++
      const buy = ({ item }: { item: string }, { room }: { room: { readonly status: string } }): void => {
        calls.push(`${own} ${room.status} ${item}`)
      }
      server.define('bank', bank, { save: { journal }, handlers: { buy } })
    }, 31)
    const { connection } = play.clients[0]!
    const told: string[] = []
    await play.step(500)
    const send = (name: string, data: unknown): void =>
      connection.dispatchEvent(name as never, data as never, {
        retries,
        onAck: () => void told.push(name),
        onFail: ({ code }: { code: string }) => void told.push(code),
      })
    send('buy', { item: 'pear' })
    send('pay', { gold: 5 })
    // until it has come
    await play.runUntil(() => (play.server.rooms.get('bank/1') as unknown as RoomCore).journal!.isBehind)
    await play.complete(play.server.shutdown({ handOver: true }))
    expect(calls).toEqual([])
    play.serverProcess.crash()
    await play.serverProcess.restart()
    await back()
    await play.settle()
    expect(calls).toEqual(['1 open pear'])
    expect(told).toEqual(['buy', 'pay'])
    expect(state().total).toBe(5)
    await play.end()
  })
})
