import { createRandom } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { Stamps } from '../../src/trust/stamps.js'

const maxSkewMs = 10_000

/** A sender and a receiver, each with a time of day. */
function setStamps() {
  const times = { sender: 1_000_000, receiver: 1_000_000 }
  const sender = new Stamps(() => times.sender, maxSkewMs)
  const receiver = new Stamps(() => times.receiver, maxSkewMs)
  const pass = (ms: number): void => {
    times.sender += ms
    times.receiver += ms
  }
  return { times, sender, receiver, pass }
}

describe('a stamp', () => {
  it('counts once at each receiver, in any order within 4096 numbers', () => {
    const { sender, receiver } = setStamps()
    const random = createRandom(5)
    const stamps = [...Array(20_000)].map(() => sender.next())
    // each waits for up to 4,000 others
    const order = stamps
      .map((stamp, index) => ({ stamp, at: index + random() * 4000 }))
      .sort((one, other) => one.at - other.at)
    expect(order.every(({ stamp }) => receiver.take(stamp) === undefined)).toBe(true)
    expect(order.every(({ stamp }) => receiver.take(stamp) === 'again')).toBe(true)
  })

  it('does not count if 4096 newer ones were seen: it may have been there before', () => {
    const { sender, receiver } = setStamps()
    const [first, second] = [sender.next(), sender.next()]
    for (let each = 0; each < 4093; each++) sender.next()
    receiver.take(sender.next())
    expect(receiver.take(first!)).toBeUndefined()
    receiver.take(sender.next())
    receiver.take(sender.next())
    expect(receiver.take(second!)).toBe('again')
  })

  it('counts after a jump of any size, and so do those before it within the window', () => {
    const { sender, receiver } = setStamps()
    expect(receiver.take(sender.next())).toBeUndefined()
    const skipped = [...Array(100_000)].map(() => sender.next())
    expect(receiver.take(sender.next())).toBeUndefined()
    expect(skipped.filter((stamp) => receiver.take(stamp) === undefined).length).toBe(4095)
  })

  it.each([
    ['early', 10_000, undefined],
    ['too early', 10_001, 'time'],
    ['late', -10_000, undefined],
    ['too late', -10_001, 'time'],
  ])('of a clock that is %s', (_, aheadMs, fault) => {
    const { times, sender, receiver } = setStamps()
    times.sender += aheadMs
    expect(receiver.take(sender.next())).toBe(fault)
  })

  it('counts once, also after its sender was forgotten: then it is too old', () => {
    const { times, sender, receiver, pass } = setStamps()
    times.sender += maxSkewMs
    const stamp = sender.next()
    expect(receiver.take(stamp)).toBeUndefined()
    const faults = new Set<unknown>()
    for (let round = 0; round < 100; round++) {
      pass(500)
      // others make it look for senders to forget
      receiver.take(new Stamps(() => times.receiver, maxSkewMs).next())
      faults.add(receiver.take(stamp))
    }
    expect([...faults]).toEqual(['again', 'time'])
  })
})
