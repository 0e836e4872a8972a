import { equalStates } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { JoinPace, shareToComeBack } from '../../src/rooms/seats.js'
import { setStage } from '../support/stage.js'

function setUp(options: { maxJoinsPerTick?: number; maxJoinBytesPerTick?: number }, snapshotBytes = 100) {
  const pace = new JoinPace({ maxJoinsPerTick: 1000, maxJoinBytesPerTick: 1e9, sender: { snapshotBytes }, ...options })
  const entered: number[] = []
  const keys: object[] = []
  const gone = new Set<number>()
  const join = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const index = keys.length
      keys.push({})
      if (pace.take()) entered.push(index)
      else void pace.wait(keys[index]!).then(() => gone.has(index) || entered.push(index))
    }
  }
  /** One turn of the room, and what comes of it. */
  const turn = async (): Promise<number> => {
    pace.turn()
    for (let i = 0; i < 10; i++) await Promise.resolve()
    return entered.length
  }
  return { pace, entered, keys, gone, join, turn }
}

test('a client that comes alone comes in at once', () => {
  const { pace, entered, join } = setUp({})
  join(1)
  expect(entered).toEqual([0])
  expect(pace.size).toBe(0)
})

test('a number of clients come in within a turn, and the others in their order in the turns after it', async () => {
  const { entered, join, turn } = setUp({ maxJoinsPerTick: 3 })
  join(8)
  expect([entered.length, await turn(), await turn(), await turn()]).toEqual([3, 6, 8, 8])
  expect(entered).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('bytes end a turn as well, after one client at least', async () => {
  const small = setUp({ maxJoinBytesPerTick: 250 })
  small.join(8)
  expect(small.entered.length).toBe(3)
  const large = setUp({ maxJoinBytesPerTick: 250 }, 1000)
  large.join(3)
  expect([large.entered.length, await large.turn()]).toEqual([1, 2])
})

test('a client that comes while others wait waits behind them', async () => {
  const { entered, join, turn } = setUp({ maxJoinsPerTick: 2 })
  join(5)
  await turn()
  join(1)
  await turn()
  expect(entered).toEqual([0, 1, 2, 3, 4, 5])
})

test('a client that has gone before its turn is not let in, and makes room for another', async () => {
  const { pace, entered, keys, gone, join, turn } = setUp({ maxJoinsPerTick: 1 })
  join(3)
  gone.add(1)
  pace.remove(keys[1]!)
  await turn()
  expect(entered).toEqual([0, 2])
})

test('the bytes of the first rush are known before the first snapshot goes out', async () => {
  const { clock, server, join, pass } = await setStage({ maxJoinBytesPerTick: 10 })
  for (let i = 0; i < 5; i++) join()
  clock.advance(15)
  expect(server.stats.sessions).toBe(1)
  await pass(1000)
  expect(server.clients.size).toBe(5)
})

test('a rush of 200 clients is let in within 13 turns of 16, each with one snapshot for all, and no version is missed', async () => {
  const { clock, pass, server, store, join: joinServer } = await setStage({ maxJoinsPerTick: 16 })
  const { client: early } = joinServer()
  clock.runUntil(200)
  const clients = Array.from({ length: 200 }, () => joinServer().client)
  const counts: number[] = []
  const encoded: number[] = []
  // the hellos come at 210, the ticks at 250, 300 …
  for (let turn = 0; turn < 15; turn++) {
    const before = server.stats.statesEncoded
    await pass(50)
    counts.push(server.clients.size - 1)
    encoded.push(server.stats.statesEncoded - before)
  }
  expect(counts).toEqual(Array.from({ length: 15 }, (_, turn) => Math.min(200, 16 * (turn + 1))))
  expect(Math.max(...encoded)).toBe(2)
  await pass(200)
  for (const client of clients) expect(equalStates(client.store?.state, store.state)).toBe(true)
  // every join makes a version, on the tick after it
  expect(early.states.map(({ version }) => version)).toEqual([1, ...Array.from({ length: 13 }, (_, i) => 5 + i)])
})

test('addresses take turns: of a rush from one of them, others are held up by one client each', async () => {
  const pace = new JoinPace({ maxJoinsPerTick: 2, maxJoinBytesPerTick: 1e9, sender: { snapshotBytes: 1 } })
  const entered: string[] = []
  const join = (name: string, host?: string): void => {
    if (pace.take()) entered.push(name)
    else void pace.wait({}, host).then(() => entered.push(name))
  }
  for (let index = 0; index < 100; index++) join(`rush${index}`, '203.0.113.7')
  join('a1', '198.51.100.1')
  join('b1', '2001:db8::1')
  join('a2', '198.51.100.1')
  join('local')
  for (let turn = 0; turn < 3; turn++) {
    pace.turn()
    await Promise.resolve()
  }
  expect(entered).toEqual(['rush0', 'rush1', 'rush2', 'a1', 'b1', 'local', 'rush3', 'a2'])
  expect(pace.size).toBe(96)
})

test('a join that the rules refuse uses up no place: the next turn has one more, up to twice as many', async () => {
  const { pace, entered, join, turn } = setUp({ maxJoinsPerTick: 3 })
  join(30)
  pace.giveBack()
  pace.giveBack()
  expect([entered.length, await turn(), await turn()]).toEqual([3, 8, 11])
  for (let count = 0; count < 10; count++) pace.giveBack()
  expect([await turn(), await turn()]).toEqual([17, 20])
})

test('clients that come back take a part of a place each, but each as many bytes as a client that joins', async () => {
  const comeBack = (options: { maxJoinsPerTick: number; maxJoinBytesPerTick: number }): JoinPace => {
    const pace = new JoinPace({ ...options, sender: { snapshotBytes: 100 } })
    for (let client = 0; client < 100; client++)
      if (!pace.take(shareToComeBack)) void pace.wait({}, '', shareToComeBack)
    return pace
  }
  const waiting = (pace: JoinPace): number[] => {
    const first = pace.size
    pace.turn()
    return [first, pace.size]
  }
  expect(waiting(comeBack({ maxJoinsPerTick: 5, maxJoinBytesPerTick: 1e9 }))).toEqual([60, 20])
  expect(waiting(comeBack({ maxJoinsPerTick: 1000, maxJoinBytesPerTick: 3000 }))).toEqual([70, 40])
})
