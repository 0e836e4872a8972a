import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { tooLate, within } from '../../src/auth.js'

const never = new Promise<string>(() => {})

test('what settles in time is what comes of it, and no timer is left', async () => {
  const clock = new VirtualClock()
  expect(await within(clock, 100, Promise.resolve('x'))).toBe('x')
  await expect(within(clock, 100, Promise.reject(new Error('no')))).rejects.toThrow('no')
  await Promise.resolve()
  expect(clock.pending).toBe(0)
})

test('what does not is too late', async () => {
  const clock = new VirtualClock()
  const waiting = within(clock, 100, never)
  clock.advance(100)
  expect(await waiting).toBe(tooLate)
})
