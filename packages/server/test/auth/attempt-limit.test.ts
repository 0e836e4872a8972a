import { VirtualClock } from '@tygase/protocol/sim'
import { expect, test } from 'vitest'
import { AttemptLimit } from '../../src/auth/attempt-limit.js'

test('attempts are as many as the burst, and then as many as come with each minute', () => {
  const clock = new VirtualClock()
  const limit = new AttemptLimit({ burst: 3, perMinute: 2 }, clock)
  let taken = 0
  const takeAll = (): void => {
    for (; limit.allows('ada'); taken++) limit.take('ada')
  }
  takeAll()
  expect(taken).toBe(3)
  for (let second = 0; second < 600; second++) {
    clock.advance(1000)
    takeAll()
  }
  expect(taken).toBe(3 + 20)
})

test('no more than the burst is saved up', () => {
  const clock = new VirtualClock()
  const limit = new AttemptLimit({ burst: 2, perMinute: 60 }, clock)
  limit.take('ada')
  clock.advance(3_600_000)
  limit.take('ada')
  limit.take('ada')
  expect(limit.allows('ada')).toBe(false)
})

test('each has its own, and one that is given back is there again', () => {
  const limit = new AttemptLimit({ burst: 1, perMinute: 1 }, new VirtualClock())
  limit.take('ada')
  expect([limit.allows('ada'), limit.allows('bob')]).toEqual([false, true])
  limit.giveBack('ada')
  expect([limit.allows('ada'), limit.size]).toEqual([true, 0])
})

test('10,000 are remembered, and then the one that was used longest ago is not', () => {
  const limit = new AttemptLimit({ burst: 1, perMinute: 1 }, new VirtualClock())
  for (let i = 0; i < 10_001; i++) limit.take(`${i}`)
  expect([limit.size, limit.allows('0'), limit.allows('1')]).toEqual([10_000, true, false])
})

test.each([
  { burst: 0, perMinute: 1 },
  { burst: 1.5, perMinute: 1 },
  { burst: 1, perMinute: 0 },
  { burst: 1, perMinute: Number.NaN },
])('a rate of %j is refused with invalid_argument', (rate) => {
  expect(() => new AttemptLimit(rate, new VirtualClock())).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
