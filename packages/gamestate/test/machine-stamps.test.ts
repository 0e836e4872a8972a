import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MachineOptions, makeTick, type TickInput } from '../src/index.js'
import type { EventInput } from '../src/rules/make-tick.js'
import { clientOf, startPlay } from './support/play.js'
import { refusal } from './support/refusals.js'
import { runsOf } from './support/runs.js'
import { VirtualClock } from './support/virtual-clock.js'

/** A machine whose log has each event with the tick in which it ran: `a1@5`. */
function start(options: MachineOptions = {}, tickRate = 10) {
  const play = startPlay({ act: (state, what, ctx) => state.log.push(`${what}@${ctx.tick}`) }, options, tickRate)
  const { machine, store } = play
  const sequences = new Map<string, number>()
  let late = 0
  machine.onTick(({ lateEvents }) => {
    late += lateEvents
  })
  const push = (id: string, stamp?: number): unknown => {
    const sequence = (sequences.get(id) ?? 0) + 1
    sequences.set(id, sequence)
    const event: EventInput = {
      ...{ kind: 'event', name: 'act', data: `${id}${sequence}`, client: clientOf(id), sequence },
      ...(stamp === undefined ? {} : { tick: stamp }),
    }
    return machine.push(event)
  }
  const leave = (id: string): unknown => machine.push({ kind: 'leave', client: clientOf(id) })
  const join = (id: string): unknown => machine.push({ kind: 'join', client: clientOf(id) })
  const steps = (count: number, timeStep = true): void => {
    for (let step = 0; step < count; step++) machine.step({ timeStep })
  }
  const log = (): readonly string[] => store.state.log
  return { ...play, push, leave, join, steps, log, lateEvents: () => late }
}

describe('an event that is stamped', () => {
  test('waits for its tick', () => {
    const { push, steps, log, machine, lateEvents } = start()
    for (const stamp of [3, 1, 2]) push(`c${stamp}`, stamp)
    expect(machine.queuedInputs).toBe(3)
    steps(4)
    expect([log(), machine.queuedInputs, lateEvents()]).toEqual([['c11@1', 'c21@2', 'c31@3'], 0, 0])
  })

  test('runs at once if its tick is over, and is counted as late', () => {
    const { push, steps, log, lateEvents } = start()
    steps(5)
    push('a', 2)
    push('b', 5)
    push('c', 6)
    push('d')
    steps(1)
    expect([log(), lateEvents()]).toEqual([['a1@6', 'b1@6', 'c1@6', 'd1@6'], 2])
  })

  test('lets none of its sender overtake it, and makes none of another one wait', () => {
    const { push, steps, log } = start()
    push('a', 4)
    push('a')
    push('a', 2)
    push('b')
    push('b', 3)
    push('a', 5)
    steps(6)
    expect(log()).toEqual(['b1@1', 'b2@3', 'a1@4', 'a2@4', 'a3@4', 'a4@5'])
  })

  test('is not overtaken by one that comes just before its tick', () => {
    const { push, steps, log } = start()
    push('a', 4)
    steps(3)
    push('a')
    push('a', 4)
    steps(1)
    expect(log()).toEqual(['a1@4', 'a2@4', 'a3@4'])
  })

  test('runs among those of its tick in the order of arrival', () => {
    const { push, steps, log } = start()
    for (const id of ['a', 'b', 'a', 'c', 'b']) push(id, 3)
    steps(2)
    push('d')
    steps(1)
    expect(log()).toEqual(['d1@3', 'a1@3', 'b1@3', 'a2@3', 'c1@3', 'b2@3'])
  })

  test.each([2 ** 50, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, 1e300, 11, 10.5])(
    'with the tick %d waits no longer than it may',
    (stamp) => {
      const { push, steps, log, lateEvents } = start()
      push('a', stamp)
      push('b', 2)
      push('a', 1)
      steps(12)
      expect(log()).toEqual(['b1@2', 'a1@10', 'a2@10'])
      // a2 is stamped backwards
      expect(lateEvents()).toBe(1)
    },
  )

  test.each([0, -1, -(2 ** 50), Number.NaN, Number.NEGATIVE_INFINITY])('with the tick %d runs at once', (stamp) => {
    const { push, steps, log } = start()
    push('b', 2)
    push('a', stamp)
    steps(3)
    expect(log()).toEqual(['a1@1', 'b1@2'])
  })

  test('waits at most maxAheadMs, one tick at least, at any tick rate', () => {
    for (const [maxAheadMs, tickRate, tick] of [
      [250, 20, 5],
      [0, 20, 1],
      [30, 20, 1],
      [1000, 33.3, 33],
      [300, 10, 3],
      [1000, 1, 1],
    ] as const) {
      const { push, steps, log } = start({ maxAheadMs }, tickRate)
      push('a', 1e9)
      steps(tick + 2)
      expect(log()).toEqual([`a1@${tick}`])
    }
    expect(refusal(() => start({ maxAheadMs: -1 }))).toMatch(
      /^invalid_argument: maxAheadMs is a number from 0 to 60000/,
    )
    expect(refusal(() => start({ maxAheadMs: Number.NaN }))).toMatch(/^invalid_argument: maxAheadMs/)
  })

  test('counts among the events that wait, of all and of its client', () => {
    const { push, steps, log } = start({ maxQueuedEvents: 4, maxQueuedEventsPerClient: 2 })
    const full = expect.objectContaining({ code: 'event_queue_full' })
    expect([push('a', 3), push('a'), push('a'), push('a', 1)]).toEqual([undefined, undefined, full, full])
    expect([push('b', 2), push('b'), push('c')]).toEqual([undefined, undefined, full])
    steps(2)
    expect([push('c'), push('a')]).toEqual([undefined, full])
    steps(1)
    expect(log()).toEqual(['b1@2', 'b2@2', 'c2@3', 'a1@3', 'a2@3'])
    expect(push('a')).toBeUndefined()
  })

  test('runs before the leave of its client, which waits for nothing', () => {
    const { push, leave, join, steps, log, machine } = start()
    push('a', 5)
    push('b', 5)
    push('a', 7)
    leave('a')
    join('a')
    push('a')
    steps(1)
    expect(log()).toEqual(['a1@1', 'a2@1', 'a left', 'a joined', 'a3@1'])
    steps(8)
    expect([log().slice(5), machine.queuedInputs]).toEqual([['b1@5'], 0])
  })

  test('of the server itself waits too, and does not hold up those of clients', () => {
    const { machine, push, steps, log } = start()
    const own = (data: string, tick?: number): TickInput =>
      ({ kind: 'event', name: 'act', data, client: clientOf('a'), ...(tick && { tick }) }) as TickInput
    machine.push(own('s1', 3))
    machine.push(own('s2'))
    push('a')
    steps(4)
    expect(log()).toEqual(['a1@1', 's1@3', 's2@3'])
  })

  test('waits through a pause, in which time its tick may pass', () => {
    const { push, steps, log, lateEvents } = start()
    push('a', 3)
    push('a', 9)
    steps(5, false)
    expect(log()).toEqual([])
    steps(4)
    expect([log(), lateEvents()]).toEqual([['a1@6', 'a2@9'], 1])
  })

  test('is dropped in a pause if its client leaves', () => {
    const { push, leave, steps, log, machine } = start()
    push('a', 3)
    push('b', 3)
    leave('a')
    steps(1, false)
    expect([log(), machine.queuedInputs]).toEqual([['a left'], 1])
    steps(3)
    expect(log()).toEqual(['a left', 'b1@3'])
  })

  test('is taken out with the others, in the order of its sender', () => {
    const { push, steps, machine, log } = start()
    push('b')
    push('a', 4)
    push('b', 3)
    push('a')
    push('a', 9)
    const taken = machine.takeEvents().map(({ data }) => data)
    expect(taken.filter((data) => (data as string).startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(taken.filter((data) => (data as string).startsWith('b'))).toEqual(['b1', 'b2'])
    expect([machine.queuedInputs, machine.takeEvents()]).toEqual([0, []])
    push('a', 2)
    steps(10)
    expect(log()).toEqual(['a4@2'])
  })

  test('does not wait for a tick that a reset has left out or taken back', () => {
    const { push, steps, store, machine, log } = start()
    steps(20)
    push('a', 25)
    push('a', 23)
    push('b', 29)
    store.reset({ ...store.state, log: [] } as never, 26)
    steps(1)
    expect(log()).toEqual(['a1@27', 'a2@27'])
    steps(2)
    expect(log()).toEqual(['a1@27', 'a2@27', 'b1@29'])
    push('a', 35)
    machine.restoreTime(0)
    steps(1)
    expect(log().slice(3)).toEqual(['a3@30'])
  })

  test('does not wait for its tick if no tick follows', () => {
    const { push, machine, log } = start()
    push('a', 7)
    push('b', 3)
    push('a', 8)
    machine.step({ isLast: true })
    expect([log(), machine.queuedInputs]).toEqual([['b1@1', 'a1@1', 'a2@1'], 0])
  })

  test('is in the inputs of its tick with its stamp, so that a replay gives the same', () => {
    const { game, machine, push, store } = start()
    const made: [number, readonly TickInput[]][] = []
    machine.onTick(({ tick, inputs }) => void made.push([tick, inputs]))
    let state = store.state
    for (const stamp of [4, 2, undefined, 2 ** 50]) push('a', stamp)
    for (let step = 0; step < 12; step++) machine.step()
    for (const [tick, inputs] of made) ({ state } = makeTick(game, state, inputs, { tick, seed: 0 }))
    expect(state).toEqual(store.state)
    expect(made.flatMap(([, inputs]) => inputs.map((input) => (input as EventInput).tick))).toEqual([
      4,
      2,
      undefined,
      2 ** 50,
    ])
  })

  test('is counted as late if a tick had no time for it', () => {
    const { machine, push, lateEvents, log } = start()
    let nowMs = 0
    machine.run({ now: () => nowMs++, schedule: () => () => {} })
    push('a', 1)
    push('a', 1)
    machine.step({ inputMs: 1 })
    expect([log(), lateEvents()]).toEqual([['a1@1'], 0])
    machine.step({ inputMs: 1 })
    expect([log(), lateEvents()]).toEqual([['a1@1', 'a2@2'], 1])
  })
})

describe('stamps of any kind [law]', () => {
  const ids = ['a', 'b', 'c']
  const stamp = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: fc.integer({ min: -3, max: 14 }) },
    { weight: 1, arbitrary: fc.constantFrom(2 ** 50, -(2 ** 50), Number.NaN, Number.POSITIVE_INFINITY, 0.5) },
  )
  const id = fc.constantFrom(...ids)
  const action = fc.oneof(
    { weight: 8, arbitrary: fc.record({ does: fc.constant('push' as const), id, stamp }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('step' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('pause' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), id }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('reset' as const), by: fc.integer({ min: 1, max: 6 }) }) },
  )

  test('keep the order of a sender, never run before the stamp nor later than it and the arrival, and harm no other', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { machine, store, push, leave, steps } = start({ maxAheadMs: 500 })
        const lastTicks = 5
        /** By name: stamp relative to what may be, and the tick after the arrival. */
        const known = new Map<string, { stamp: number; arrived: number; gone: boolean }>()
        const counts = new Map<string, number>()
        const ran: { name: string; tick: number }[] = []
        let paused = false
        machine.onTick(({ tick, inputs }) => {
          for (const input of inputs) if (input.kind === 'event') ran.push({ name: input.data as string, tick })
        })
        for (const each of actions) {
          if (each.does === 'step') steps(1)
          if (each.does === 'pause') {
            steps(1, false)
            paused = true
          }
          if (each.does === 'reset') store.reset(store.state, Math.max(machine.tick, store.version) + each.by)
          if (each.does === 'leave') {
            leave(each.id)
            for (const [name, event] of known) if (name.startsWith(each.id)) event.gone = true
          }
          if (each.does !== 'push') continue
          const count = (counts.get(each.id) ?? 0) + 1
          counts.set(each.id, count)
          push(each.id, each.stamp)
          const wanted = Number.isNaN(each.stamp) ? 0 : (each.stamp ?? 0)
          const last = Math.max(machine.tick, store.version)
          known.set(`${each.id}${count}`, { stamp: Math.min(wanted, last + lastTicks), arrived: last + 1, gone: false })
        }
        const end = Math.max(machine.tick, store.version)
        steps(lastTicks + 8)
        expect(machine.queuedInputs).toBe(0)
        const names = new Set(ran.map(({ name }) => name))
        expect(names.size).toBe(ran.length)
        // the events of a client that leaves in a pause are dropped
        const leaves = new Set(actions.map((each) => (each.does === 'leave' ? each.id : '')))
        for (const name of known.keys()) if (!names.has(name)) expect(paused && leaves.has(name[0]!)).toBe(true)
        for (const sender of ids) {
          const own = ran.filter(({ name }) => name.startsWith(sender))
          const order = own.map(({ name }) => Number(name.slice(1)))
          expect(order).toEqual([...order].sort((a, b) => a - b))
          let least = 0
          for (const { name, tick } of own) {
            const { stamp: stamped, arrived, gone } = known.get(name)!
            if (!gone) expect(tick).toBeGreaterThanOrEqual(Math.max(stamped, arrived))
            least = Math.max(least, stamped, arrived)
            // pauses and resets leave ticks out
            const isPlain = !actions.some(({ does }) => does === 'pause' || does === 'reset')
            if (isPlain) expect(tick).toBeLessThanOrEqual(Math.ceil(least))
            expect(tick).toBeLessThanOrEqual(end + lastTicks + 8)
          }
        }
      }),
      { numRuns: runsOf(1000) },
    )
  })

  test('of one client change nothing for the others', () => {
    const events = fc.array(fc.record({ stamp, steps: fc.integer({ min: 0, max: 2 }) }), { maxLength: 25 })
    fc.assert(
      fc.property(events, events, (honest, hostile) => {
        const logOf = (withOther: boolean): readonly string[] => {
          const { push, steps, log } = start()
          for (const [place, each] of honest.entries()) {
            push('a', each.stamp)
            if (withOther) for (const other of hostile.slice(place * 2, place * 2 + 2)) push('b', other.stamp)
            steps(each.steps)
          }
          steps(12)
          return log().filter((entry) => entry.startsWith('a'))
        }
        expect(logOf(true)).toEqual(logOf(false))
      }),
      { numRuns: runsOf(300) },
    )
  })
})

describe('the ticks until a tick', () => {
  test('are whole while the machine does not run, and below 0 for one that was made', () => {
    const { machine, steps } = start()
    steps(5)
    expect([8, 6].map((tick) => machine.ticksUntil(tick))).toEqual([3, 1])
    expect(machine.ticksUntil(5)).toBeLessThan(0)
    expect(machine.ticksUntil(5)).toBeCloseTo(0)
    expect(machine.ticksUntil(2)).toBe(-3)
  })

  test('have a fraction while it runs: the time until the tick is due, or since it was made', () => {
    const clock = new VirtualClock()
    const { machine } = start()
    machine.run(clock)
    clock.advance(530)
    expect(machine.tick).toBe(5)
    for (const [tick, until] of [
      [9, 3.7],
      [6, 0.7],
      [5, -0.3],
      [3, -2.3],
    ] as const)
      expect(machine.ticksUntil(tick)).toBeCloseTo(until)
  })

  test('are 0 while a tick is due and its timer late, and below 0 at once when it was made', () => {
    const clock = new VirtualClock()
    const { machine } = start()
    let nowMs = 0
    machine.run({ now: () => nowMs, schedule: (ms, work) => clock.schedule(ms, work) })
    nowMs = 130
    expect([1, 2].map((tick) => machine.ticksUntil(tick))).toEqual([0, expect.closeTo(0.7)])
    nowMs = 100
    clock.advance(100)
    expect(machine.tick).toBe(1)
    expect(machine.ticksUntil(1)).toBeLessThan(0)
    expect(machine.ticksUntil(1)).toBeCloseTo(0)
  })
})
