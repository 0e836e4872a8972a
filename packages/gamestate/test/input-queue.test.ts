import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputQueue, type InputTime } from '../src/input-queue.js'
import type { TickInput } from '../src/rules/make-tick.js'
import { clientOf, startPlay } from './support/play.js'
import { VirtualClock } from './support/virtual-clock.js'

const event = (id: string, sequence: number): TickInput => ({
  kind: 'event',
  name: 'act',
  data: undefined,
  client: clientOf(id),
  sequence,
})
const pushed = (data: number): TickInput => ({ kind: 'event', name: 'act', data })
const join = (id: string): TickInput => ({ kind: 'join', client: clientOf(id) })
const leave = (id: string): TickInput => ({ kind: 'leave', client: clientOf(id) })

/** As `a1` for the first event of client a, `a+` and `a-` for its join and leave, `*1` for an event of the server's own. */
function nameOf(input: TickInput): string {
  const id = input.client?.id ?? '*'
  if (input.kind !== 'event') return id + (input.kind === 'join' ? '+' : '-')
  return input.sequence === undefined ? `*${input.data}` : id + input.sequence
}

/** A queue whose inputs take time, and its ticks. */
function setUp(
  costMs: (input: TickInput) => number = () => 0,
  {
    windowMs = 100,
    clientMs = 20,
    guaranteedMs = 0,
    ...shared
  }: Partial<Omit<InputTime, 'now' | 'isOver' | 'times'>> = {},
) {
  const { sharedMs = windowMs } = shared
  const queue = new InputQueue()
  let nowMs = 0
  const ran: string[] = []
  const run = (input: TickInput): void => {
    nowMs += costMs(input)
    ran.push(nameOf(input))
  }
  const times = new Map<string, number>()
  /** One tick. @returns what ran in it */
  const tick = (lateMs = 0): string[] => {
    const untilMs = nowMs + windowMs - lateMs
    times.clear()
    const isOver = (atMs: number): boolean => atMs >= untilMs
    const time: InputTime = { now: () => nowMs, isOver, windowMs, guaranteedMs, sharedMs, clientMs, times }
    return queue.take(run, time).map(nameOf)
  }
  const push = (...inputs: TickInput[]): void => {
    for (const input of inputs) queue.push(input)
  }
  const events = (id: string, count: number): void => {
    for (let sequence = 1; sequence <= count; sequence++) queue.push(event(id, sequence))
  }
  return { queue, push, events, tick, ran, run, times }
}

describe('inputs that fit into their tick', () => {
  test('run in the order of their arrival, whoever has sent them', () => {
    const { push, tick, queue } = setUp(() => 1)
    push(join('a'), event('a', 1), pushed(1), event('b', 1), event('a', 2), leave('b'), pushed(2))
    expect(queue.size).toBe(7)
    expect(tick()).toEqual(['a+', 'a1', '*1', 'b1', 'a2', 'b-', '*2'])
    expect([queue.size, tick()]).toEqual([0, []])
  })

  test('all run in a step by hand, however long they take, those that were left first', () => {
    const { push, tick, events, queue, run } = setUp(() => 30)
    events('a', 4)
    expect(tick()).toEqual(['a1'])
    push(event('b', 1), event('a', 5))
    expect(queue.take(run, undefined).map(nameOf)).toEqual(['a2', 'b1', 'a3', 'a4', 'a5'])
  })

  test('wait for the next tick if a rule pushes them', () => {
    const { queue } = setUp()
    queue.push(event('a', 1))
    const again = (): void => queue.push(event('a', 2))
    expect(queue.take(again, undefined).map(nameOf)).toEqual(['a1'])
    expect([queue.size, queue.eventsOf('a'), queue.eventsOf('b')]).toEqual([1, 1, 0])
  })
})

test('events can be taken out without running: joins and leaves wait on, and later events are not lost', () => {
  const { queue, events, push, tick } = setUp(() => 30, { windowMs: 50 })
  events('a', 4)
  push(join('b'), event('b', 1), leave('c'))
  expect(tick()).toEqual(['a1', 'b+'])
  push(event('d', 1), pushed(1))
  expect(queue.takeEvents().map(nameOf)).toEqual(['a2', 'a3', 'a4', 'b1', 'd1', '*1'])
  push(event('a', 5))
  expect([queue.size, queue.eventsOf('a'), queue.takeEvents().map(nameOf)]).toEqual([2, 1, ['a5']])
  expect([tick(), queue.size, queue.takeEvents()]).toEqual([['c-'], 0, []])
})

describe('a client whose inputs take long', () => {
  test('gets its share of each tick, and the inputs of others run before the rest of its own', () => {
    const { events, tick, push } = setUp(() => 5, { clientMs: 20 })
    events('greedy', 12)
    expect(tick()).toEqual(['greedy1', 'greedy2', 'greedy3', 'greedy4'])
    push(event('honest', 1))
    expect(tick()).toEqual(['greedy5', 'honest1', 'greedy6', 'greedy7', 'greedy8'])
    expect(tick()).toEqual(['greedy9', 'greedy10', 'greedy11', 'greedy12'])
  })

  test('has less of the next ticks for what its answers took after the last one, but one input of each', () => {
    const { queue, events, tick, push } = setUp(() => 5, { clientMs: 20 })
    events('greedy', 20)
    expect(tick()).toHaveLength(4)
    queue.charge('greedy', 10)
    push(event('honest', 1), event('honest', 2))
    expect(tick()).toEqual(['greedy5', 'honest1', 'honest2', 'greedy6'])
    // what it has paid does not count again
    expect(tick()).toHaveLength(4)
    queue.charge('greedy', 35)
    queue.charge('nobody', 35)
    expect(tick()).toEqual(['greedy11'])
    // a tick of all its part has paid what counts at most
    expect(tick()).toHaveLength(4)
  })

  test('leaves after its last event, and its leave does not hold up others', () => {
    const { events, tick, push } = setUp(() => 15, { clientMs: 20 })
    events('a', 4)
    push(leave('a'), join('b'))
    expect(tick()).toEqual(['a1', 'a2', 'b+'].sort())
    expect(tick()).toEqual(['a3', 'a4'])
    expect(tick()).toEqual(['a-'])
  })

  test('does not take from events of the server, which have no share of their own', () => {
    const { events, push, tick } = setUp((input) => (input.kind === 'event' && input.sequence !== undefined ? 10 : 8))
    events('greedy', 100)
    for (let number = 1; number <= 10; number++) push(pushed(number))
    const first = tick()
    expect(first.filter((name) => name.startsWith('greedy'))).toHaveLength(2)
    expect(first.filter((name) => name.startsWith('*'))).toEqual(Array.from({ length: 10 }, (_, i) => `*${i + 1}`))
  })

  test('is named with the time that its inputs took; noise is left out', () => {
    const { events, push, times, tick } = setUp(({ client }) => (client?.id === 'slow' ? 3 : 0.001))
    events('slow', 2)
    push(event('fast', 1), pushed(1))
    tick()
    expect([...times]).toEqual([['slow', 6]])
    tick()
    expect([...times]).toEqual([])
  })
})

describe('many clients whose inputs take long', () => {
  test.each([1, 10, 50])('of %i, none keeps an honest input waiting for more than two ticks', (count) => {
    const { events, push, tick, queue } = setUp(() => 1, { windowMs: 50, clientMs: 10 })
    for (let index = 0; index < count; index++) events(`greedy${index}-`, 500)
    for (let turn = 1; turn <= 20; turn++) {
      push(event('honest', turn))
      const ran = [...tick(), ...tick()]
      expect(ran.filter((name) => name.startsWith('honest'))).toEqual([`honest${turn}`])
    }
    expect(queue.eventsOf('honest')).toBe(0)
  })

  test('have no more of a tick together than clients share, each the same, and those with little do not wait for them', () => {
    const costMs = ({ client }: TickInput): number => (client!.id.startsWith('small') ? 0.3 : 0.8)
    const { events, push, tick } = setUp(costMs, { windowMs: 47.5, clientMs: 4, sharedMs: 17.5, guaranteedMs: 1 })
    const ids = Array.from({ length: 10 }, (_, index) => `greedy${index}.`)
    for (const id of ids) events(id, 500)
    const counts = new Map(ids.map((id) => [id, 0]))
    for (let turn = 1; turn <= 50; turn++) {
      for (let small = 0; small < 20; small++)
        push(event(`small${small}.`, turn * 2), event(`small${small}.`, turn * 2 + 1))
      const ran = tick()
      expect(ran.filter((name) => name.startsWith('small'))).toHaveLength(40)
      const greedy = ran.filter((name) => name.startsWith('greedy'))
      expect(greedy.length * 0.8).toBeLessThan(17.5)
      for (const name of greedy) counts.set(name.slice(0, 8), counts.get(name.slice(0, 8))! + 1)
    }
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1)
  })

  test('that take a fiftieth of a tick each run in the order of their arrival, though they share less', () => {
    const { push, tick } = setUp(() => 0.45, { windowMs: 47.5, clientMs: 4, sharedMs: 17.5, guaranteedMs: 1 })
    const expected = Array.from({ length: 46 }, (_, index) => event(`c${index % 23}.`, 1 + Math.floor(index / 23)))
    push(...expected)
    expect(tick()).toEqual(expected.map(nameOf))
  })

  test('each has its turn, though a tick has time for a few of them', () => {
    const { events, tick } = setUp(() => 10, { windowMs: 50, clientMs: 10 })
    const ids = Array.from({ length: 23 }, (_, index) => `c${index}.`)
    for (const id of ids) events(id, 100)
    const counts = new Map(ids.map((id) => [id, 0]))
    for (let turn = 0; turn < 23; turn++) {
      for (const name of tick()) {
        const id = name.slice(0, name.indexOf('.') + 1)
        counts.set(id, counts.get(id)! + 1)
      }
    }
    expect(new Set(counts.values())).toEqual(new Set([5]))
  })

  test('a tick that is late takes one input, and the next one takes another client', () => {
    const { push, tick } = setUp(() => 1)
    push(event('a', 1), event('a', 2), event('b', 1))
    expect(tick(1000)).toHaveLength(1)
    expect(tick(1000)).toHaveLength(1)
    expect(tick(1000)).toHaveLength(1)
    expect(tick(1000)).toEqual([])
  })
})

test('all inputs run once, those of one sender in the order of their arrival, whatever comes and however long it takes', () => {
  const sender = fc.constantFrom('a', 'b', 'c', 'd', '*')
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ from: sender, costMs: fc.constantFrom(0, 0, 1, 7, 60) }) },
    { weight: 1, arbitrary: fc.record({ lateMs: fc.constantFrom(0, 0, 40, 500) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const costs = new Map<TickInput, number>()
      const { queue, tick, ran } = setUp((input) => costs.get(input)!, { windowMs: 50, clientMs: 10 })
      const expected: string[] = []
      const counts = new Map<string, number>()
      for (const each of steps) {
        if ('lateMs' in each) {
          const before = queue.size
          expect(tick(each.lateMs).length).toBeGreaterThanOrEqual(Math.min(before, 1))
          continue
        }
        const number = (counts.get(each.from) ?? 0) + 1
        counts.set(each.from, number)
        const input = each.from === '*' ? pushed(number) : event(each.from, number)
        costs.set(input, each.costMs)
        expected.push(nameOf(input))
        queue.push(input)
      }
      while (queue.size > 0) tick()
      expect(ran).toHaveLength(expected.length)
      for (const from of counts.keys()) {
        const own = (names: string[]): string[] => names.filter((name) => name.startsWith(from))
        expect(own(ran)).toEqual(own(expected))
      }
    }),
  )
})

describe('in a pause', () => {
  test('joins and leaves run, events wait, and those of a client that leaves are dropped', () => {
    const { queue, run, push, tick } = setUp()
    push(event('a', 1), join('b'), event('b', 1), event('a', 2), leave('a'), event('b', 2))
    expect(queue.takeJoinsAndLeaves(run).map(nameOf)).toEqual(['b+', 'a-'])
    expect([queue.size, queue.eventsOf('a')]).toEqual([2, 0])
    push(join('a'), event('a', 3))
    expect(queue.takeJoinsAndLeaves(run).map(nameOf)).toEqual(['a+'])
    expect(tick()).toEqual(['b1', 'b2', 'a3'])
    expect(queue.size).toBe(0)
  })

  test('the same holds for inputs that a tick had no time for', () => {
    const { queue, run, push, events, tick } = setUp(() => 50)
    events('a', 3)
    push(leave('a'))
    events('b', 3)
    push(join('c'))
    expect(tick()).toEqual(['a1', 'b1'])
    push(event('c', 1))
    expect(queue.takeJoinsAndLeaves(run).map(nameOf)).toEqual(['c+', 'a-'])
    expect([...tick(), ...tick()]).toEqual(['b2', 'c1', 'b3'])
    expect(queue.size).toBe(0)
  })

  test('of any length, clients that come and go leave nothing behind, and the events between keep their order', () => {
    const { queue, run, push, tick } = setUp()
    for (let turn = 0; turn < 1000; turn++) {
      push(join(`c${turn}-`), event(`c${turn}-`, 1), leave(`c${turn}-`))
      if (turn % 300 === 0) push(event('stays', turn))
      queue.takeJoinsAndLeaves(run)
    }
    expect(queue.size).toBe(4)
    expect(tick()).toEqual(['stays0', 'stays300', 'stays600', 'stays900'])
  })
})

describe('a machine', () => {
  test('refuses an event of a client that has as many waiting as it may, and takes those of others', () => {
    const { machine, push, outcomes } = startPlay({}, { maxQueuedEventsPerClient: 2 })
    for (const id of ['a', 'a', 'a', 'b']) push('note', 'x', id)
    const message = 'too many events of this client wait for a tick'
    expect(outcomes).toEqual([['note', { kind: 'refused', code: 'event_queue_full', message }]])
    for (let count = 0; count < 3; count++) {
      expect(machine.push({ kind: 'event', name: 'note', data: 'x', client: clientOf('a') })).toBeUndefined()
    }
    machine.step()
    push('note', 'x', 'a')
    expect([machine.queuedInputs, outcomes.length]).toEqual([1, 7])
  })

  test('gives a client whose rules cost its share of each tick, and answers others within two ticks', () => {
    const clock = new VirtualClock()
    const act = (): void => {
      clock.nowMs += 1
    }
    const { machine, push } = startPlay({ act }, {}, 20)
    const delays: number[] = []
    const times: number[] = []
    machine.onTick(({ tick, inputs, inputTimes }) => {
      times.push(inputTimes.get('greedy') ?? 0)
      for (const { client, kind } of inputs) if (client?.id === 'honest' && kind === 'event') delays.push(tick)
    })
    machine.run(clock)
    for (let count = 0; count < 4000; count++) push('act', '', 'greedy')
    for (let tick = 1; tick <= 40; tick++) {
      push('act', '', 'honest')
      clock.advance(50)
    }
    expect(delays).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    // 0.08 of 50 ms
    expect(new Set(times)).toEqual(new Set([4]))
    expect(machine.droppedSteps).toBe(0)
  })
})
