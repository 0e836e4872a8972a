import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { AttemptLimit } from '../src/attempt-limit.js'

test('so many attempts may be wrong as the burst says, and then as many as come with each minute', () => {
  const clock = new VirtualClock()
  const limit = new AttemptLimit({ burst: 3, perMinute: 2 }, clock)
  let wrong = 0
  const failAll = (): void => {
    for (; limit.stateOf('ada') === 'now'; wrong++) limit.begin('ada')(true)
    expect(limit.stateOf('ada')).toBe('none')
  }
  failAll()
  expect(wrong).toBe(3)
  for (let second = 0; second < 600; second++) {
    clock.advance(1000)
    failAll()
  }
  expect(wrong).toBe(3 + 20)
})

test('attempts that are right cost none', () => {
  const limit = new AttemptLimit({ burst: 1, perMinute: 1 }, new VirtualClock())
  for (let i = 0; i < 10; i++) limit.begin('ada')(false)
  expect([limit.stateOf('ada'), limit.size]).toEqual(['now', 0])
})

test('as many as are left may be under way at once; one more has to wait for how these end', () => {
  const limit = new AttemptLimit({ burst: 2, perMinute: 1 }, new VirtualClock())
  const ends = [limit.begin('ada')]
  expect(limit.stateOf('ada')).toBe('now')
  ends.push(limit.begin('ada'))
  expect(limit.stateOf('ada')).toBe('later')
  ends[0]?.(false)
  expect(limit.stateOf('ada')).toBe('now')
  ends[1]?.(true)
  expect(limit.stateOf('ada')).toBe('now')
  limit.begin('ada')(true)
  expect([limit.stateOf('ada'), limit.stateOf('bob')]).toEqual(['none', 'now'])
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
