import { describe, expect, test } from 'vitest'
import { clientOf, type Play, startPlay } from './support/play.js'
import { VirtualClock } from './support/virtual-clock.js'

const count = (state: Play, dt: number): void => {
  state.steps++
  state.seconds += dt
}

describe('a machine on a clock', () => {
  test.each([1, 10, 20, 30, 50, 60, 144, 1000])(
    'at %i Hz makes exactly its ticks in 10 s, and dt adds up to 10 s [P32]',
    (rate) => {
      const clock = new VirtualClock()
      const { machine, store } = startPlay({ timeStep: count }, {}, rate)
      machine.run(clock)
      // half a step more, as 10 s may fall a hair before the last step
      clock.advance(10_000 + 500 / rate)
      expect(machine.tick).toBe(10 * rate)
      expect(store.state.steps).toBe(10 * rate)
      expect(store.state.seconds).toBeCloseTo(10, 9)
      expect(machine.droppedSteps).toBe(0)
    },
  )

  test('makes its first step one step after run, and each at its time [P32]', () => {
    const clock = new VirtualClock()
    clock.nowMs = 1234
    const { machine, store } = startPlay({ timeStep: count })
    machine.run(clock)
    clock.advance(19.9)
    expect(machine.tick).toBe(0)
    clock.advance(0.1)
    expect(machine.tick).toBe(1)
    clock.advance(100)
    expect(store.versions().map((version) => store.timeOf(version))).toEqual([0, 1254, 1274, 1294, 1314, 1334, 1354])
  })

  test('makes its first step after each run when the option firstStepAtMs says, and the others each one step later', () => {
    const clock = new VirtualClock()
    clock.nowMs = 1234
    const { machine, store } = startPlay({ timeStep: count }, { firstStepAtMs: (nowMs) => nowMs + 5 })
    machine.run(clock)
    clock.advance(50)
    machine.stop()
    clock.advance(1000)
    machine.run(clock)
    clock.advance(30)
    expect(store.versions().map((version) => store.timeOf(version))).toEqual([0, 1239, 1259, 1279, 2289, 2309])
    expect(store.state.seconds).toBeCloseTo(5 / 50, 9)
  })

  test('calls its listeners on each tick, and makes no version if nothing has changed', () => {
    const clock = new VirtualClock()
    const { machine, store } = startPlay({})
    const ticks: number[] = []
    machine.onTick(({ tick }) => ticks.push(tick))
    machine.run(clock)
    clock.advance(100)
    expect([ticks, store.version]).toEqual([[1, 2, 3, 4, 5], 0])
  })

  test('makes the steps up that a late timer has missed, without drift', () => {
    const clock = new VirtualClock()
    const { machine } = startPlay({ timeStep: count })
    machine.run(clock)
    for (const late of [0, 15, 3, 0, 19, 7]) {
      clock.nowMs += late
      clock.advance(100)
    }
    expect(machine.tick).toBe(Math.floor(clock.nowMs / 20))
    expect(machine.droppedSteps).toBe(0)
  })

  test('waits again for the rest when a timer fires early', () => {
    const clock = new VirtualClock()
    const early = { now: () => clock.now(), schedule: (ms: number, call: () => void) => clock.schedule(ms * 0.9, call) }
    const { machine } = startPlay({ timeStep: count })
    machine.run(early)
    clock.advance(1005)
    expect(machine.tick).toBe(50)
  })

  test('catches up with a bounded number of steps, drops the rest and counts it', () => {
    const clock = new VirtualClock()
    const { machine, store, logged } = startPlay({ timeStep: count }, { maxCatchUpSteps: 3 })
    machine.run(clock)
    const dropped: number[] = []
    machine.onDropped((ticks) => dropped.push(ticks))
    clock.nowMs = 1010
    clock.advance(0)
    // 50 steps are due: 3 are made up, the last one comes as if it were a little late
    expect([machine.tick, machine.droppedSteps]).toEqual([4, 46])
    expect([dropped, logged.map(([level]) => level)]).toEqual([[46], ['warn']])
    clock.advance(1000)
    expect([machine.tick, machine.droppedSteps]).toEqual([54, 46])
    expect(store.state.seconds).toBeCloseTo(54 / 50, 9)
  })

  test('a flood of events that take their time does not slow its ticks, and none of them is lost [P34]', () => {
    const clock = new VirtualClock()
    const ticks: number[] = []
    const { machine, store, outcomes, push } = startPlay({
      timeStep: count,
      act: (state, what) => {
        clock.nowMs += 3 // each takes 3 ms of a tick's 20
        state.log.push(what)
      },
    })
    machine.onTick(() => void ticks.push(clock.nowMs))
    machine.run(clock)
    const names = Array.from({ length: 200 }, (_, index) => String(index))
    // of ten clients in turn, so that none of them uses up its share
    for (const name of names) push('act', name, `c${Number(name) % 10}`)
    clock.advance(1000)
    expect(machine.tick).toBe(50)
    expect(machine.droppedSteps).toBe(0)
    expect(store.state.steps).toBe(50)
    expect(store.state.log).toEqual(names)
    expect(outcomes).toHaveLength(200)
    // 95 % of 20 ms is 19 ms: the seventh event ends past it
    expect(store.at(1)?.log).toHaveLength(7)
    // a tick may end one event late, and never later
    ticks.forEach((endedAtMs, index) => {
      expect(endedAtMs - (index + 1) * 20).toBeLessThanOrEqual(23)
    })
  })
})

describe('overload', () => {
  test('of steps that take twice their time drops every other one, and goes on', () => {
    const clock = new VirtualClock()
    const { machine, store } = startPlay({
      timeStep: (state, dt) => {
        count(state, dt)
        clock.nowMs += 40
      },
    })
    machine.run(clock)
    clock.advance(10_000)
    expect(machine.tick + machine.droppedSteps).toBeGreaterThan(490)
    expect(machine.tick + machine.droppedSteps).toBeLessThan(515)
    expect(Math.abs(machine.tick - 250)).toBeLessThan(5)
    expect(store.state.steps).toBe(machine.tick)
  })

  test('of events that take longer than a tick leaves one of them to each tick', () => {
    const clock = new VirtualClock()
    const { machine, store, push } = startPlay({
      act: (state, what) => {
        clock.nowMs += 30
        state.log.push(what)
      },
    })
    machine.run(clock)
    for (let index = 0; index < 30; index++) push('act', String(index))
    clock.advance(20)
    for (const version of store.versions()) expect(store.at(version)?.log).toHaveLength(version)
    clock.advance(2000)
    expect(store.state.log).toHaveLength(30)
    expect(machine.queuedInputs).toBe(0)
  })
})

describe('stop and run [P33]', () => {
  test('stop ends the ticks, and run goes on with the same state and the next tick', () => {
    const clock = new VirtualClock()
    const { machine, store, push } = startPlay({ timeStep: count })
    const changes: boolean[] = []
    machine.onRunning((running) => void changes.push(running))
    machine.run(clock)
    clock.advance(100)
    machine.stop()
    expect([machine.running, clock.pending]).toEqual([false, 0])
    push('note', 'while stopped')
    clock.advance(5000)
    expect([machine.tick, store.state.steps, machine.queuedInputs]).toEqual([5, 5, 1])
    machine.run(clock)
    clock.advance(100)
    expect([machine.tick, store.state.steps, store.state.log, machine.droppedSteps]).toEqual([
      10,
      10,
      ['while stopped'],
      0,
    ])
    expect(store.state.seconds).toBeCloseTo(0.2, 9)
    expect(changes).toEqual([true, false, true])
  })

  test('stop when it is not running, and run when it is, do nothing', () => {
    const clock = new VirtualClock()
    const { machine } = startPlay({ timeStep: count })
    const changes: boolean[] = []
    machine.onRunning((running) => void changes.push(running))
    machine.stop()
    machine.run(clock)
    machine.run(new VirtualClock())
    expect(clock.pending).toBe(1)
    clock.advance(100)
    machine.stop()
    machine.stop()
    expect([machine.tick, changes]).toEqual([5, [true, false]])
  })

  test('a rule may stop the machine: its tick is finished first', () => {
    const clock = new VirtualClock()
    const { machine, store, outcomes, push } = startPlay({ timeStep: count, act: () => machine.stop() })
    const calls: unknown[] = []
    machine.onTick(({ tick }) => void calls.push(tick))
    machine.onRunning((running) => void calls.push(running))
    machine.run(clock)
    push('act', '')
    push('note', 'same tick')
    clock.nowMs = 95 // four steps due at once
    clock.advance(1000)
    expect([machine.tick, machine.running, clock.pending, machine.droppedSteps]).toEqual([1, false, 0, 0])
    expect([store.state.steps, store.state.log, outcomes.length]).toEqual([1, ['same tick'], 2])
    expect(calls).toEqual([true, false, 1])
  })

  test('a machine that is stopped and run again in the middle of a step ticks at its rate, not twice', () => {
    const clock = new VirtualClock()
    const { machine, push } = startPlay({
      timeStep: count,
      act: () => {
        machine.stop()
        machine.run(clock)
      },
    })
    machine.onTick(({ tick }) => {
      if (tick !== 2) return
      machine.stop()
      machine.run(clock)
    })
    machine.run(clock)
    push('act', '')
    clock.advance(1000)
    expect([machine.tick, clock.pending]).toEqual([50, 1])
  })

  test('it can go on on another clock', () => {
    const [first, second] = [new VirtualClock(), new VirtualClock()]
    const { machine } = startPlay({ timeStep: count })
    machine.run(first)
    first.advance(100)
    machine.stop()
    machine.run(second)
    first.advance(100)
    expect(machine.tick).toBe(5)
    second.advance(100)
    expect(machine.tick).toBe(10)
  })

  test('joins and leaves run at once in a pause, in a tick without timeStep; events wait', () => {
    const clock = new VirtualClock()
    const { machine, store, push } = startPlay({ timeStep: count })
    machine.run(clock)
    clock.advance(100)
    machine.stop()
    push('note', 'a')
    machine.push({ kind: 'join', client: clientOf('c2') })
    push('note', 'b')
    machine.push({ kind: 'leave', client: clientOf('c2') })
    machine.step({ timeStep: false, timeMs: 5000 })
    expect([machine.tick, store.version, store.timeOf(6), machine.queuedInputs]).toEqual([6, 6, 5000, 2])
    expect([store.state.log, store.state.steps]).toEqual([['c2 joined', 'c2 left'], 5])
    machine.step({ timeStep: false })
    expect([machine.queuedInputs, store.version]).toEqual([2, 6])
    machine.run(clock)
    clock.advance(20)
    expect(store.state.log).toEqual(['c2 joined', 'c2 left', 'a', 'b'])
  })

  test('joins and leaves in a pause make versions and move no game time', () => {
    const times: number[] = []
    const { machine, store } = startPlay({ timeStep: (_state, _dt, ctx) => void times.push(ctx.time) })
    machine.step()
    const before = machine.time
    for (const kind of ['join', 'leave'] as const) {
      machine.push({ kind, client: clientOf('c1') })
      machine.step({ timeStep: false })
      expect([machine.time, store.timeOf(machine.tick)]).toEqual([before, before * 1000])
    }
    machine.step()
    expect([machine.tick, machine.time, ...times]).toEqual([4, 2 * before, before, 2 * before])
  })
})
