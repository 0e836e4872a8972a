import { expect, it } from 'vitest'
import { FloorDebt } from '../../src/events/outcome-log.js'

it('a floor is owed from the first outcome on, and due 50 ms later', () => {
  const debt = new FloorDebt()
  expect([debt.isOwed, debt.dueMs]).toStrictEqual([false, Number.POSITIVE_INFINITY])
  debt.add(1, 10, 100)
  debt.add(1, 10, 120)
  expect([debt.isOwed, debt.isLarge, debt.dueMs]).toStrictEqual([true, false, 150])
  debt.clear()
  expect([debt.isOwed, debt.dueMs]).toStrictEqual([false, Number.POSITIVE_INFINITY])
})

it.each([
  ['64 acks', 64, 1, 1],
  ['1024 outcomes', 2, 512, 1],
  ['64 KiB', 2, 1, 32 * 1024],
])('a floor does not wait for a TIME after %s have come', (_what, acks, outcomes, bytes) => {
  const debt = new FloorDebt()
  for (let i = 1; i <= acks; i++) {
    expect(debt.isLarge).toBe(false)
    debt.add(outcomes, bytes, 0)
  }
  expect(debt.isLarge).toBe(true)
  debt.clear()
  expect(debt.isLarge).toBe(false)
})
