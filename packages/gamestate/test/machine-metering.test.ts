import { describe, expect, it } from 'vitest'
import { defineGame, GameStateMachine, GameStateStore } from '../src/index.js'
import type { TickMeter } from '../src/machine-options.js'
import { VirtualClock } from './support/virtual-clock.js'

const game = defineGame({
  initialState: () => ({ sum: 0 }),
  tickRate: 10,
  events: (on) => ({
    add: on((state) => void state.sum++),
  }),
})

function stage(): { calls: (string | number)[]; metering: { meter: TickMeter | undefined } } {
  const calls: (string | number)[] = []
  const meter: TickMeter = {
    ticked: (lateMs) => void calls.push(lateMs),
    enter: (phase) => {
      calls.push(phase)
      return 'network'
    },
    leave: (before) => void calls.push(`back to ${before}`),
  }
  return { calls, metering: { meter } }
}

describe('the meter of a machine', () => {
  it('hears how late each tick of the clock is, and when rules run', () => {
    const { calls, metering } = stage()
    const clock = new VirtualClock()
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game, { metering, logger: false })
    machine.run(clock)
    clock.advance(100)
    // a tick in which nothing can happen is not measured
    expect(calls.splice(0)).toEqual([0])
    machine.push({ kind: 'event', name: 'add', data: undefined })
    clock.nowMs += 130
    clock.advance(0)
    expect(calls.splice(0)).toEqual([30, 'update', 'back to network'])
    machine.step()
    expect(calls).toEqual([])
    metering.meter = undefined
    machine.push({ kind: 'event', name: 'add', data: undefined })
    clock.advance(100)
    expect(calls).toEqual([])
    expect(machine.store.state.sum).toBe(2)
  })
})
