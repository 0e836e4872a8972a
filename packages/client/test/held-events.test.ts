import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { HeldEvents } from '../src/held-events.js'

const eventOf = (sequence: number) => ({ sequence, name: 'x', payload: new Uint8Array(0) })

test('events are kept until one turn after the opening, then handed out in order; later ones at once', async () => {
  const clock = new VirtualClock()
  const handled: number[] = []
  const held = new HeldEvents(clock, ({ sequence }) => handled.push(sequence))
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  held.releaseAfter(promise)
  held.take(eventOf(1))
  clock.advance(1000)
  resolve()
  await promise
  held.take(eventOf(2))
  expect(handled).toEqual([])
  clock.advance(0)
  held.take(eventOf(3))
  expect(handled).toEqual([1, 2, 3])
})

test('when it is never opened nothing is handed out', async () => {
  const clock = new VirtualClock()
  const handled: number[] = []
  const held = new HeldEvents(clock, ({ sequence }) => handled.push(sequence))
  const failed = Promise.reject(new Error('no'))
  held.releaseAfter(failed)
  held.take(eventOf(1))
  await failed.catch(() => {})
  clock.advance(1000)
  expect(handled).toEqual([])
})
