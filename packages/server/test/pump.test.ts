import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { Pump } from '../src/pump.js'

function pumpOf(tickRate: number, everyTicks = 1) {
  const clock = new VirtualClock()
  const turns: number[] = []
  const causes = new Set<boolean>()
  const pump = new Pump(clock, tickRate, everyTicks, (isTick) => {
    turns.push(clock.now())
    causes.add(isTick)
  })
  return { clock, turns, causes, pump }
}

test('it turns by itself where there are no ticks, at their rate', () => {
  const { clock, turns, causes, pump } = pumpOf(20)
  pump.start()
  clock.advance(200)
  expect(turns).toEqual([50, 100, 150, 200])
  expect([...causes]).toEqual([false])
})

test('it turns at least ten times a second, however slow the ticks are', () => {
  const { clock, turns, pump } = pumpOf(1)
  pump.start()
  clock.advance(1000)
  expect(turns.length).toBe(10)
})

test('while there are ticks it turns with them and at no other time', () => {
  const { clock, turns, causes, pump } = pumpOf(20)
  pump.start()
  for (let tick = 1; tick <= 10; tick++) {
    clock.runUntil(tick * 50 - 20)
    pump.onTick(tick)
  }
  expect(turns).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) * 50 - 20))
  expect([...causes]).toEqual([true])
})

test('it turns on every n-th tick', () => {
  const { clock, turns, pump } = pumpOf(60, 3)
  pump.start()
  for (let tick = 1; tick <= 60; tick++) {
    clock.runUntil((tick * 1000) / 60 - 1)
    pump.onTick(tick)
  }
  expect(turns.length).toBe(20)
})

test('it takes over when the ticks stop, and holds still once stopped', () => {
  const { clock, turns, pump } = pumpOf(20)
  pump.start()
  pump.onTick(1)
  clock.advance(1000)
  expect(turns.length).toBeGreaterThan(15)
  pump.stop()
  turns.length = 0
  pump.onTick(2)
  clock.advance(1000)
  expect(turns).toEqual([])
  expect(clock.pending).toBe(0)
})
