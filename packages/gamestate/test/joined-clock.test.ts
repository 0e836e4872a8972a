import { describe, expect, test } from 'vitest'
import { createRandom } from '../src/index.js'
import { JoinedClock } from '../src/timer-queue.js'
import { VirtualClock } from './support/virtual-clock.js'

function setUp() {
  const below = new VirtualClock(1000)
  const clock = new JoinedClock(below)
  const called: string[] = []
  const call = (name: string, delayMs: number) =>
    clock.schedule(delayMs, () => called.push(`${name} at ${clock.now()}`))
  return { below, clock, called, call }
}

describe('calls', () => {
  test('come in the order in which they are due, those that are due together as they were scheduled', () => {
    const { below, called, call } = setUp()
    for (const [name, delayMs] of Object.entries({ a: 30, b: 10, c: 30, d: 0, e: 20, f: -5 })) call(name, delayMs)
    below.advance(100)
    expect(called).toEqual(['d at 1000', 'f at 1000', 'b at 1010', 'e at 1020', 'a at 1030', 'c at 1030'])
  })

  test('are as those of the clock below, whatever is scheduled and cancelled when', () => {
    const random = createRandom(5)
    const [below, other] = [new VirtualClock(), new VirtualClock()]
    const play = (clock: { now(): number; schedule(delayMs: number, call: () => void): () => void }) => {
      const [log, cancels]: [string[], (() => void)[]] = [[], []]
      const at = (index: number) => clock.schedule(plan[index]!.delayMs, () => log.push(`${index} at ${clock.now()}`))
      return { log, cancels, at }
    }
    const plan = Array.from({ length: 5000 }, () => ({
      delayMs: Math.floor(random() * (random() < 0.5 ? 40 : 40_000)),
      passMs: random() < 0.5 ? 0 : Math.floor(random() * 8),
      cancelled: random() < 0.7 ? Math.floor(random() * 5000) : undefined,
    }))
    const [ours, theirs] = [play(new JoinedClock(below)), play(other)]
    for (const [index, { passMs, cancelled }] of plan.entries()) {
      for (const { at, cancels } of [ours, theirs]) cancels.push(at(index))
      for (const { cancels } of [ours, theirs]) if (cancelled !== undefined) cancels[cancelled]?.()
      for (const clock of [below, other]) clock.advance(passMs)
    }
    for (const clock of [below, other]) clock.advance(50_000)
    expect(ours.log.length).toBeGreaterThan(200)
    expect(ours.log).toEqual(theirs.log)
    expect(below.pending).toBe(0)
  })

  test('that are scheduled by a call wait for the next timer, also when they are due at once', () => {
    const { below, clock, called, call } = setUp()
    clock.schedule(10, () => call('by the first', 0))
    call('second', 10)
    below.runNext()
    expect(called).toEqual(['second at 1010'])
    below.runNext()
    expect(called).toEqual(['second at 1010', 'by the first at 1010'])
  })

  test('are not kept from coming by one that throws', () => {
    const { below, clock, called, call } = setUp()
    clock.schedule(10, () => {
      throw new Error('by the call')
    })
    call('second', 10)
    expect(() => below.runNext()).toThrow('by the call')
    below.advance(0)
    expect(called).toEqual(['second at 1010'])
  })
})

describe('the clock below', () => {
  test('has one timer for all calls, and none when there are none', () => {
    const { below, called, call } = setUp()
    const cancels = Array.from({ length: 100 }, (_, i) => call(`${i}`, 100 - i))
    expect(below.pending).toBe(1)
    expect(below.nextMs).toBe(1001)
    for (const cancel of cancels) cancel()
    expect(below.pending).toBe(0)
    call('later', 5)
    expect(below.pending).toBe(1)
    below.advance(1000)
    expect([called, below.pending]).toEqual([['later at 1005'], 0])
  })

  test('is asked for no more than one timer where hundreds do the same thing at the same time', () => {
    const { below, clock } = setUp()
    let timers = 0
    const counted = {
      now: () => below.now(),
      schedule: (...args: Parameters<VirtualClock['schedule']>) => {
        timers++
        return below.schedule(...args)
      },
    }
    const shared = new JoinedClock(counted)
    for (let i = 0; i < 200; i++)
      (function tick() {
        shared.schedule(50, tick)
      })()
    timers = 0
    below.advance(1000)
    expect(timers).toBe(20)
    expect(clock.now()).toBe(2000)
  })

  test('may have a call cancelled that is over or cancelled already', () => {
    const { below, called, call } = setUp()
    const [over, cancelled] = [call('over', 1), call('cancelled', 5)]
    below.advance(2)
    call('other', 10)
    for (const cancel of [over, cancelled, cancelled, over]) cancel()
    expect(below.pending).toBe(1)
    below.advance(100)
    expect(called).toEqual(['over at 1001', 'other at 1012'])
  })
})
