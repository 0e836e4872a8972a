import { expect, test } from 'vitest'
import { JoinQueue } from '../src/join-queue.js'
import { FakeTransport } from './support/fake-transport.js'
import { setStage } from './support/stage.js'

function setUp(options: { maxJoinsPerTurn?: number; maxJoinBytesPerTurn?: number }, bytes = 100) {
  const queue = new JoinQueue({ maxWaiting: 100, maxJoinsPerTurn: 1000, maxJoinBytesPerTurn: 1e9, ...options })
  const entered: number[] = []
  const transports: FakeTransport[] = []
  const join = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const index = transports.length
      transports.push(new FakeTransport())
      queue.add(transports[index]!, () => {
        entered.push(index)
        return bytes
      })
    }
  }
  return { queue, entered, transports, join }
}

test('who comes alone comes in at once', () => {
  const { queue, entered, join } = setUp({})
  join(1)
  expect(entered).toEqual([0])
  expect(queue.waiting).toEqual([])
})

test('so many come in within a turn, and the others in their order in the turns after it', () => {
  const { queue, entered, join } = setUp({ maxJoinsPerTurn: 3 })
  join(8)
  const counts = [entered.length]
  for (let turn = 0; turn < 3; turn++) {
    queue.turn()
    counts.push(entered.length)
  }
  expect(counts).toEqual([3, 6, 8, 8])
  expect(entered).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('bytes end a turn as well, but one comes in whatever it gets', () => {
  const small = setUp({ maxJoinBytesPerTurn: 250 })
  small.join(8)
  expect(small.entered.length).toBe(3)
  const large = setUp({ maxJoinBytesPerTurn: 250 }, 1000)
  large.join(3)
  expect(large.entered.length).toBe(1)
  large.queue.turn()
  expect(large.entered.length).toBe(2)
})

test('who comes while others wait waits behind them', () => {
  const { queue, entered, join } = setUp({ maxJoinsPerTurn: 2 })
  join(5)
  queue.turn()
  join(1)
  queue.turn()
  expect(entered).toEqual([0, 1, 2, 3, 4, 5])
})

test('who has gone before its turn is not let in, and makes room for another', () => {
  const { queue, entered, transports, join } = setUp({ maxJoinsPerTurn: 1 })
  join(3)
  transports[1]?.onClose?.(1006, '')
  queue.turn()
  expect(entered).toEqual([0, 2])
})

test('one more than may wait is turned away', () => {
  const queue = new JoinQueue({ maxWaiting: 2, maxJoinsPerTurn: 1, maxJoinBytesPerTurn: 1 })
  const added = [1, 2, 3, 4].map(() => queue.add(new FakeTransport(), () => 0))
  expect(added).toEqual([true, true, true, false])
})

test('a rush of 200 clients is let in within 13 turns of 16, each with one snapshot for all, and nobody misses a version', async () => {
  const { clock, server, store, join: joinServer } = await setStage({ maxJoinsPerTick: 16 })
  const { client: early } = joinServer()
  clock.runUntil(205)
  const clients = Array.from({ length: 200 }, () => joinServer().client)
  const counts: number[] = []
  const encoded: number[] = []
  // the hellos come at 215, the ticks at 250, 300 …
  for (let timeMs = 220; counts.length < 15; timeMs += 50) {
    const before = server.stats.encodedStates
    clock.runUntil(timeMs)
    counts.push(server.connections.size - 1)
    encoded.push(server.stats.encodedStates - before)
  }
  expect(counts).toEqual(Array.from({ length: 15 }, (_, turn) => Math.min(200, 16 * (turn + 1))))
  expect(Math.max(...encoded)).toBe(2)
  clock.advance(200)
  for (const client of clients) expect(client.store?.state).toEqual(store.state)
  // every join makes a version, on the tick after it
  expect(early.states.map(({ version }) => version)).toEqual([0, 1, ...Array.from({ length: 13 }, (_, i) => 5 + i)])
})
