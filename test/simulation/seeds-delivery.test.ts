import { ProtocolError } from '@tygase/protocol'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { type Carry, HandCarried, holds, type SideName } from './support/hand-carried.js'

const directions: readonly [from: SideName, to: SideName][] = [
  ['client', 'server'],
  ['server', 'client'],
]

/** Loses the first packets that hold the event. */
function loseFirst(name: string, count: number): { carry: Carry; carried: () => number } {
  let met = 0
  return { carry: (packet) => (holds(packet, name) && ++met <= count ? 0 : 1), carried: () => met }
}

/** Nothing from this side arrives. */
const mute =
  (from: SideName): Carry =>
  (_packet, sender) =>
    sender === from ? 0 : 1

function met(): HandCarried {
  const pair = new HandCarried()
  pair.connect()
  return pair
}

describe.each(directions)('an event from %s to %s, over datagrams', (from, to) => {
  test('without retries that is lost fails once, a second after it was sent, and is not sent again [M18] [P22]', () => {
    const pair = met()
    const sentMs = pair.nowMs
    const { carry, carried } = loseFirst('hello', Number.POSITIVE_INFINITY)
    const fate = pair.send(from, 'hello')
    pair.pass(3000, carry)
    expect(carried()).toBe(1)
    expect([fate.acks, fate.fails.length, pair[to].heard]).toEqual([0, 1, []])
    expect(fate.atMs - sentMs).toBeGreaterThan(0)
    expect(fate.atMs - sentMs).toBeLessThanOrEqual(1050)
  })

  test('that arrives is acked once, after its handler has run [M18] [P21]', () => {
    const pair = met()
    pair[to].answer = () => undefined
    const fate = pair.send(from, 'hello', 3)
    pair.pass(300)
    expect([pair[to].heard, fate.acks]).toEqual([['hello'], 0])
    pair[to].session.reply(1, { kind: 'done' })
    pair.pass(3000)
    expect([pair[to].heard, fate.acks, fate.fails]).toEqual([['hello'], 1, []])
  })

  test.each([2, 3])(
    'with 3 retries whose first %i packets are lost is handled once and acked once [P22] [M19]',
    (lost) => {
      const pair = met()
      const fate = pair.send(from, 'hello', 3)
      pair.pass(6000, loseFirst('hello', lost).carry)
      expect([pair[to].heard, fate.acks, fate.fails]).toEqual([['hello'], 1, []])
    },
  )

  test('with 3 retries whose 4 packets are all lost is never acked, and fails once [P22]', () => {
    const pair = met()
    const { carry, carried } = loseFirst('hello', Number.POSITIVE_INFINITY)
    const fate = pair.send(from, 'hello', 3)
    pair.pass(10_000, carry)
    expect([pair[to].heard, fate.acks, fate.fails.length, carried()]).toEqual([[], 0, 1, 4])
  })

  test('whose ack is lost, and comes again, is handled once [P23]', () => {
    const pair = met()
    const fate = pair.send(from, 'hello', 3)
    pair.pass(400, mute(to))
    expect([pair[to].heard, fate.acks]).toEqual([['hello'], 0])
    pair.pass(5000)
    expect([pair[to].heard, fate.acks, fate.fails]).toEqual([['hello'], 1, []])
    expect(pair[to].session.counters.get('eventsDuplicate')).toBeGreaterThan(0)
  })

  test('may have been handled although its sender gets a timeout: no ack ever came [M19]', () => {
    const pair = met()
    const fate = pair.send(from, 'hello', 1)
    pair.pass(4000, mute(to))
    expect([pair[to].heard, fate.acks, fate.fails]).toEqual([['hello'], 0, ['event_timeout']])
  })

  test('whose packet comes five times is handled once, and the others are counted [P40] [M21]', () => {
    const pair = met()
    const fate = pair.send(from, 'hello')
    pair.pass(1000, (packet) => (holds(packet, 'hello') ? 5 : 1))
    expect([pair[to].heard, fate.acks]).toEqual([['hello'], 1])
    expect(pair[to].session.counters.get('eventsDuplicate')).toBe(4)
  })

  test('that comes again behind 300 others is handled once [M22]', () => {
    const pair = met()
    const fate = pair.send(from, 'hello', Number.POSITIVE_INFINITY)
    // its first packet arrives, but no ack goes back: it will be written again
    pair.pass(20, mute(to))
    const [first] = pair.sent[from].filter((packet) => holds(packet, 'hello'))
    for (let index = 0; index < 300; index++) {
      pair.send(from, `other${index}`)
      if (index % 10 === 0) pair.exchange(mute(to))
    }
    pair.pass(3000)
    pair.deliver(from, first!)
    pair.pass(1000)
    expect(pair[to].heard.filter((name) => name === 'hello')).toHaveLength(1)
    expect(pair[to].heard).toHaveLength(301)
    expect([fate.acks, fate.fails]).toEqual([1, []])
  })

  test('goes out with two others in one packet, and they are handled in order [M23]', () => {
    const pair = met()
    const before = pair.sent[from].length
    for (const name of ['one', 'two', 'three']) pair.send(from, name)
    pair.exchange()
    expect(pair.sent[from].slice(before).filter((packet) => holds(packet, 'one'))).toHaveLength(1)
    expect(pair.sent[from].slice(before).filter((packet) => holds(packet, 'three'))).toHaveLength(1)
    expect(pair.sent[from].slice(before).length).toBe(1)
    expect(pair[to].heard).toEqual(['one', 'two', 'three'])
  })

  test('of exactly the allowed size goes out in one packet; one byte more is refused at the call [M24]', () => {
    const maxEventBytes = 500
    const pair = new HandCarried({ maxEventBytes })
    pair.connect()
    const name = 'full'
    const before = pair.sent[from].length
    pair.send(from, name, 0, new Uint8Array(maxEventBytes - name.length))
    pair.exchange()
    expect(pair.sent[from].slice(before)).toHaveLength(1)
    expect(pair[to].heard).toEqual([name])
    const more = new Uint8Array(maxEventBytes - name.length + 1)
    expect(() => pair.send(from, name, 0, more)).toThrow(expect.objectContaining({ code: 'event_too_large' }))
  })

  test('of 200 that are retried until acked, half of all packets being lost, is handled exactly once and acked once [M20]', () => {
    const pair = met()
    const random = createSeededRandom(20)
    const fates = Array.from({ length: 200 }, (_, index) => {
      const fate = pair.send(from, `event${index}`, Number.POSITIVE_INFINITY)
      pair.pass(10, () => Number(random() < 0.5))
      return fate
    })
    pair.pass(30_000, () => Number(random() < 0.5))
    expect(pair[to].heard).toEqual(fates.map((_, index) => `event${index}`))
    expect(fates.filter(({ acks, fails }) => acks !== 1 || fails.length > 0)).toEqual([])
  })

  test('that is not acked before its session closes fails once, and nothing is kept [M20] [P25]', () => {
    const pair = met()
    const fates = [0, 3, Number.POSITIVE_INFINITY].map((retries) => pair.send(from, 'hello', retries))
    pair.exchange(mute(from))
    pair[to].session.close('disconnected', 'bye', pair.nowMs)
    pair.pass(3000)
    expect(pair[from].session.status).toBe('closed')
    expect(fates.map(({ acks, fails }) => [acks, fails])).toEqual([
      [0, ['session_closed']],
      [0, ['session_closed']],
      [0, ['session_closed']],
    ])
    expect(pair[from].session.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  test('to a session without a transport waits; of too many one is refused at the call; in the end all fail once [P26]', () => {
    const pair = new HandCarried({ maxQueuedEvents: 10, graceMs: 2000 })
    pair.connect()
    pair.cut()
    const fates = Array.from({ length: 10 }, () => pair.send(from, 'hello', Number.POSITIVE_INFINITY))
    expect(() => pair.send(from, 'hello')).toThrow(expect.objectContaining({ code: 'queue_full' }))
    pair.pass(1000)
    expect(fates.every(({ acks, fails }) => acks === 0 && fails.length === 0)).toBe(true)
    pair.pass(2000)
    expect(fates.map(({ fails }) => fails)).toEqual(fates.map(() => ['session_closed']))
  })
})

/** The order in which the packets of four events arrive, and what becomes of the events. */
const arrivals: readonly [order: readonly number[], handled: readonly number[]][] = [
  [
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ],
  [
    [1, 2, 4],
    [1, 2, 4],
  ],
  [
    [1, 3, 2, 4],
    [1, 3, 4],
  ],
  [[4, 3, 2, 1], [4]],
  [[2], [2]],
  [
    [1, 1, 4, 4],
    [1, 4],
  ],
]

test.each(arrivals)(
  'of four events without retries whose packets arrive as %j, those that are handled are acked, and no others: %j [P42]',
  (order, handled) => {
    const pair = met()
    const numbers = [1, 2, 3, 4]
    const packets: Uint8Array[] = []
    const fates = numbers.map((number) => {
      const fate = pair.send('client', `event${number}`)
      packets.push(pair.flush('client')!)
      return fate
    })
    for (const number of order) pair.deliver('client', packets[number - 1]!)
    pair.pass(3000)
    expect(pair.server.heard).toEqual(handled.map((number) => `event${number}`))
    expect(numbers.filter((number) => fates[number - 1]!.acks === 1)).toEqual(handled)
    expect(numbers.filter((number) => fates[number - 1]!.fails.length === 1)).toEqual(
      numbers.filter((number) => !handled.includes(number)),
    )
  },
)

test.each([31, 32, 33, 300])(
  'a gap of %i events that never came is reported as lost, and the event behind it is acked [P42]',
  (gap) => {
    const pair = met()
    const lost = Array.from({ length: gap }, (_, index) => pair.send('client', `lost${index}`))
    pair.exchange(mute('client'))
    const last = pair.send('client', 'last')
    pair.pass(3000)
    expect(pair.server.heard).toEqual(['last'])
    expect(last.acks).toBe(1)
    expect(new Set(lost.map(({ fails }) => fails.join()))).toEqual(new Set(['event_lost']))
  },
)

test('sending before the session has begun is refused at the call [P27]', () => {
  const pair = new HandCarried()
  expect(() => pair.send('client', 'hello')).toThrow(ProtocolError)
  expect(() => pair.send('client', 'hello')).toThrow(expect.objectContaining({ code: 'not_connected' }))
})
