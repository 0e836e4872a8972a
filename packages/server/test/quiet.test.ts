import { expect, test } from 'vitest'
import { Quiet } from '../src/quiet.js'

test('it lasts until its time is over, a version comes or it is ended, and has not begun at first', () => {
  const quiet = new Quiet()
  expect(quiet.lasts(0, 0)).toBe(false)
  quiet.begin(100, 7)
  expect([99, 100].map((nowMs) => quiet.lasts(nowMs, 7))).toEqual([true, false])
  expect([6, 8].map((version) => quiet.lasts(50, version))).toEqual([false, false])
  expect(quiet.lasts(50, 7)).toBe(true)
  quiet.end()
  expect(quiet.lasts(50, 7)).toBe(false)
  quiet.begin(Number.POSITIVE_INFINITY, 8)
  expect(quiet.lasts(1e9, 8)).toBe(true)
})
