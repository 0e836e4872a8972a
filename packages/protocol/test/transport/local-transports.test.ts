import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { createLocalTransports } from '../../src/transport.js'

test('packets arrive in the order of sending, with a clock that runs calls of equal times in any order', () => {
  const waiting: (() => void)[] = []
  const clock = { schedule: (_delayMs: number, callback: () => void) => waiting.unshift(callback) }
  const [one, other] = createLocalTransports(clock)
  const received: number[] = []
  other.onBytes = (bytes) => received.push(bytes[0] ?? -1)
  for (const byte of [1, 2, 3]) one.send(Uint8Array.of(byte))
  for (const run of [...waiting]) run()
  expect(received).toEqual([1, 2, 3])
})

test('nothing is delivered before send has returned', () => {
  const clock = new VirtualClock()
  const [one, other] = createLocalTransports(clock)
  let isInside = false
  other.onBytes = () => expect(isInside).toBe(false)
  isInside = true
  one.send(Uint8Array.of(1))
  isInside = false
  clock.advance(0)
  expect.assertions(1)
})
