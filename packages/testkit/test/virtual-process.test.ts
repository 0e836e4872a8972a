import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { VirtualProcess } from '../src/virtual-process.js'

function stage() {
  const clock = new VirtualClock()
  const process = new VirtualProcess(clock)
  const log: string[] = []
  const schedule = (delayMs: number, name: string) =>
    process.schedule(delayMs, () => log.push(`${name} ${clock.now()}`))
  return { clock, process, log, schedule }
}

describe('a virtual process', () => {
  it('is a clock', () => {
    const { clock, process, log, schedule } = stage()
    schedule(20, 'b')
    schedule(10, 'a')
    expect(process.timers).toBe(2)
    clock.advance(30)
    expect([process.now(), log, process.timers]).toEqual([30, ['a 10', 'b 20'], 0])
  })

  it('does nothing while it is paused, and then what has fallen due, in order', () => {
    const { clock, process, log, schedule } = stage()
    schedule(20, 'b')
    schedule(10, 'a')
    schedule(90, 'd')
    process.pause()
    clock.advance(50)
    process.run(() => log.push('c from outside'))
    expect([process.isPaused, log]).toEqual([true, []])
    process.resume()
    clock.advance(50)
    expect(log).toEqual(['a 50', 'b 50', 'c from outside', 'd 90'])
  })

  it('does one thing after the other: while code works, all else waits in its order', () => {
    const { clock, process, log } = stage()
    const at = (name: string, workMs: number) => () => {
      log.push(`${name} ${process.now()}`)
      process.work(workMs)
    }
    process.schedule(10, at('a', 30))
    process.schedule(20, at('b', 5))
    clock.schedule(25, () => process.run(at('c from outside', 7)))
    clock.schedule(30, () => process.schedule(0, at('d', 0)))
    clock.advance(39)
    expect([log, process.now()]).toEqual([['a 10'], 40])
    clock.advance(61)
    expect(log).toEqual(['a 10', 'b 40', 'c from outside 45', 'd 52'])
    expect([process.now(), process.timers]).toEqual([100, 0])
  })

  it('never makes a call that was cancelled, even one that fell due during the pause', () => {
    const { clock, process, log, schedule } = stage()
    const cancel = schedule(10, 'a')
    schedule(10, 'b')
    process.pause()
    clock.advance(50)
    cancel()
    process.resume()
    clock.advance(0)
    expect([log, process.timers]).toEqual([['b 50'], 0])
  })

  it('never does anything any more once it has crashed, and leaves nothing at the clock', () => {
    const { clock, process, log, schedule } = stage()
    schedule(10, 'a')
    process.pause()
    process.run(() => log.push('b'))
    process.crash()
    process.resume()
    process.run(() => log.push('c'))
    schedule(10, 'd')
    expect([clock.pending, process.timers]).toEqual([0, 0])
    clock.advance(50)
    expect(log).toEqual([])
  })
})
