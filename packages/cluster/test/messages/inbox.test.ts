import { describe, expect, it } from 'vitest'
import { Inbox, type Step, usualInboxLimits } from '../../src/messages/inbox.js'
import type { StreamPacket } from '../../src/messages/packets.js'

const packet = (kind: StreamPacket['kind'], number: number, others: object = {}): StreamPacket => {
  const head = { sender: 'a', stream: 1, ageMs: 0, first: 1, number, ...others }
  return kind === 'beat' ? { kind, head } : { kind, head, bytes: Uint8Array.of(number) }
}
/** A number for a message, a text for a loss. */
const shown = (steps: readonly Step[]) => steps.map((step) => ('bytes' in step ? step.bytes[0] : `${step.lost} lost`))

/** An inbox that has listened since 0, at 100 ms. */
function setInbox(limits: Partial<typeof usualInboxLimits> = {}) {
  const inbox = new Inbox('s', 0, { ...usualInboxLimits, ...limits })
  const take = (kind: StreamPacket['kind'], number: number, others: object = {}, nowMs = 100) =>
    shown(inbox.take(packet(kind, number, others), nowMs))
  const due = (nowMs: number) => {
    const { asks, steps } = inbox.due(nowMs)
    return [asks.map(({ spans }) => spans.map(({ from, through }) => `${from}-${through}`).join()), shown(steps)]
  }
  return { inbox, take, due }
}

describe('an inbox', () => {
  it('passes each message on once, in order, and holds those behind a gap', () => {
    const { take } = setInbox()
    expect(take('message', 1)).toEqual([1])
    expect(take('message', 1)).toEqual([])
    expect(take('message', 4)).toEqual([])
    expect(take('message', 3)).toEqual([])
    expect(take('again', 2)).toEqual([2, 3, 4])
    expect(take('again', 3)).toEqual([])
  })

  it('asks for all gaps after a moment, and again until they are closed', () => {
    const { take, due } = setInbox()
    take('message', 3)
    take('message', 5)
    take('beat', 8)
    expect(due(119)).toEqual([[], []])
    expect(due(120)).toEqual([['1-2,4-4,6-8'], []])
    expect(due(300)).toEqual([[], []])
    expect(due(370)).toEqual([['1-2,4-4,6-8'], []])
    for (const number of [1, 2, 4, 6, 7, 8]) take('again', number, {}, 380)
    expect(due(1000)).toEqual([[], []])
  })

  it('counts as lost what the sender does not have any more, once it has had time to come', () => {
    const { take, due } = setInbox()
    take('message', 1)
    take('message', 4, { first: 4 })
    expect(take('message', 2, { first: 1 })).toEqual([2])
    expect(due(110)).toEqual([[], []])
    expect(due(120)).toEqual([[], ['1 lost', 4]])
    expect(take('message', 3)).toEqual([])
    take('beat', 9, { first: 10 }, 200)
    expect(due(220)).toEqual([[], ['5 lost']])
    expect(take('message', 10, { first: 10 }, 230)).toEqual([10])
  })

  it('counts as lost what no answer has brought in twelve seconds', () => {
    const { take, due } = setInbox()
    take('message', 1)
    take('message', 3)
    take('message', 6)
    expect(due(12_099)[1]).toEqual([])
    expect(due(12_100)[1]).toEqual(['1 lost', 3])
    expect(due(24_200)[1]).toEqual(['2 lost', 6])
  })

  it('begins with 1 in a stream that is younger than the subscription, and where it stands in an older one', () => {
    for (const [others, then] of [
      [{ ageMs: 50 }, '1-4'],
      [{ ageMs: 150 }, ''],
    ] as const) {
      const { take, due } = setInbox()
      expect(take('again', 3, others)).toEqual([])
      expect(take('message', 5, others)).toEqual(then === '' ? [5] : [])
      expect(due(200)[0]).toEqual(then === '' ? [] : ['1-2,4-4'])
    }
    const { take } = setInbox()
    take('beat', 5, { ageMs: 150 })
    expect([take('message', 5), take('message', 6)]).toEqual([[], [6]])
  })

  it('goes on with a stream that its sender began anew, and takes nothing of the one before', () => {
    const { take } = setInbox()
    take('message', 1)
    take('message', 3)
    expect(take('message', 1, { stream: 2 })).toEqual(['1 lost', 3, 1])
    expect(take('message', 2)).toEqual([])
    expect(take('message', 2, { stream: 2 })).toEqual([2])
  })

  it('holds no more than its bytes, and asks for the others later', () => {
    const { take, due } = setInbox({ maxHeldBytes: 2 })
    for (const number of [2, 3, 4, 5]) take('message', number)
    expect(take('again', 1)).toEqual([1, 2, 3])
    expect(due(200)[0]).toEqual(['4-5'])
  })

  it('knows no more senders than its limit, and forgets those that are silent for eleven minutes', () => {
    const { inbox, take } = setInbox({ maxSenders: 1 })
    expect(take('message', 1)).toEqual([1])
    expect(take('message', 1, { sender: 'b' })).toEqual([])
    inbox.forget(660_100)
    expect(take('message', 1, { sender: 'b' })).toEqual([])
    inbox.forget(660_101)
    expect(take('message', 2, { sender: 'b', ageMs: 10 }, 660_200)).toEqual([])
    expect(take('message', 1, { sender: 'b', ageMs: 10 }, 660_200)).toEqual([1, 2])
  })
})
