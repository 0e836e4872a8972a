import { expect, it } from 'vitest'
import { pendingCloseOf } from '../../src/session/session-parts.js'

it.each([
  [true, 1],
  [false, 3],
])('a CLOSE goes out once, or three times if it may get lost (reliable: %s), within a second', (isReliable, times) => {
  const packets = [new Uint8Array(1)]
  expect(pendingCloseOf(isReliable, packets, 500)).toEqual({ packets, dueAt: 1500, left: times })
})
