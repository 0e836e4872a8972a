import { describe, expect, it } from 'vitest'
import { ServerMeter } from '../../src/metrics/server-meter.js'

function stage() {
  const time = { nowMs: 0 }
  const turns: boolean[] = []
  const meter = new ServerMeter({ nowMs: () => time.nowMs }, (isRunning) => void turns.push(isRunning))
  const pass = (ms: number): void => {
    time.nowMs += ms
  }
  return { meter, pass, turns }
}

describe('the time of a server', () => {
  it('is that of the innermost work: rules within sending are rules', () => {
    const { meter, pass } = stage()
    pass(10)
    const outside = meter.enter('network')
    pass(5)
    const within = meter.enter('update')
    pass(20)
    meter.leave(within)
    pass(3)
    meter.leave(outside)
    pass(2)
    expect(meter.takeTimes(40, 12)).toEqual({ handling: 0, update: 20, network: 8, idle: 12 })
  })

  it('is counted until now while work goes on, and never twice', () => {
    const { meter, pass } = stage()
    meter.enter('update')
    pass(7)
    expect(meter.takeTimes(7, 0)).toEqual({ handling: 0, update: 7, network: 0, idle: 0 })
    pass(4)
    meter.leave('handling')
    pass(1)
    expect(meter.takeTimes(5, 0)).toEqual({ handling: 1, update: 4, network: 0, idle: 0 })
  })

  it.each([
    [10, 50, { handling: 0, update: 6, network: 4, idle: 0 }],
    [10, -1, { handling: 0, update: 6, network: 4, idle: 0 }],
    [5, 0, { handling: 0, update: 5, network: 0, idle: 0 }],
    [20, 50, { handling: 0, update: 6, network: 4, idle: 10 }],
  ])('sums to %d ms, whatever the clocks of the runtime say: %d ms idle', (passedMs, idleMs, expected) => {
    const { meter, pass } = stage()
    meter.enter('update')
    pass(6)
    meter.leave('network')
    pass(4)
    meter.leave('handling')
    const times = meter.takeTimes(passedMs, idleMs)
    expect(times).toEqual(expected)
    expect(Object.values(times).reduce((sum, ms) => sum + ms)).toBe(passedMs)
  })
})

describe('refusals', () => {
  it.each([
    ['room_full', undefined, 'room_full'],
    ['refused', 'join_invalid: the name is too long', 'join_invalid'],
    ['refused', 'the server says no', 'refused'],
    ['refused', 'Not a code: at all', 'refused'],
    ['too_slow', 'join_invalid: is the reason of something else', 'too_slow'],
  ])('with %j and the reason %j count as %j', (code, reason, expected) => {
    const { meter } = stage()
    meter.refused(code, reason)
    expect([...meter.refusals]).toEqual([[expected, 1]])
  })

  it('have 50 codes at most, and one for all others', () => {
    const { meter } = stage()
    for (let i = 0; i < 60; i++) meter.refused(`code_${i}`)
    meter.refused('code_3')
    meter.refused('code_58')
    expect(meter.refusals.size).toBe(51)
    expect([meter.refusals.get('code_3'), meter.refusals.get('other')]).toEqual([2, 11])
  })
})

it('a meter passes on that the server begins and ends', () => {
  const { meter, turns } = stage()
  meter.turned(true)
  meter.turned(false)
  expect(turns).toEqual([true, false])
})
