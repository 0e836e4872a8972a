import { beforeEach, describe, expect, it } from 'vitest'
import { HeldMemory } from '../../src/session/server-role.js'

let held: HeldMemory

beforeEach(() => {
  held = new HeldMemory()
})

describe('the memory that the owner keeps for events', () => {
  it('is bounded for all that wait, and free again with their outcomes', () => {
    const most = 1000
    expect([held.hold(1, 600, most), held.hold(2, 600, most), held.hold(2, 400, most)]).toStrictEqual([
      true,
      false,
      true,
    ])
    expect(held.hold(3, 1, most)).toBe(false)
    held.release(2)
    expect([held.hold(3, 500, most), held.hold(3, 400, most)]).toStrictEqual([false, true])
    for (const sequence of [1, 3, 7]) held.release(sequence)
    expect(held.hold(4, most, most)).toBe(true)
  })

  it('has room for one event, however large', () => {
    expect([held.hold(1, 5000, 1000), held.hold(1, 5000, 1000), held.hold(2, 1, 1000)]).toStrictEqual([
      true,
      true,
      false,
    ])
  })
})
