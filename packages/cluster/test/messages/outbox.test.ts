import { describe, expect, it } from 'vitest'
import { Outbox, usualOutboxLimits } from '../../src/messages/outbox.js'

const bytes = (length: number): Uint8Array => new Uint8Array(length)
const ask = (from: number, through: number, stream = 1) => ({ subject: 's', stream, spans: [{ from, through }] })
const numbersOf = (packets: readonly { readonly head: { readonly number: number } }[]): number[] =>
  packets.map(({ head }) => head.number)

describe('an outbox', () => {
  it('numbers the messages of each subject from 1, and keeps them for ten seconds', () => {
    const outbox = new Outbox('a')
    expect(
      numbersOf([outbox.push('s', bytes(1), 0), outbox.push('t', bytes(1), 0), outbox.push('s', bytes(1), 5000)]),
    ).toEqual([1, 1, 2])
    outbox.beats(10_000)
    expect(numbersOf(outbox.again(ask(1, 9), 10_000))).toEqual([1, 2])
    outbox.beats(10_001)
    expect(numbersOf(outbox.again(ask(1, 9), 10_100))).toEqual([2])
    // the next sign says what is gone
    expect(outbox.beats(10_100).map(({ packet }) => packet.head)).toMatchObject([{ first: 2, number: 2 }])
  })

  it('keeps no more than its bytes, the oldest of all subjects first', () => {
    const outbox = new Outbox('a', { ...usualOutboxLimits, maxBytes: 100 })
    outbox.push('s', bytes(40), 0)
    outbox.push('t', bytes(40), 0)
    outbox.push('s', bytes(40), 0)
    expect(numbersOf(outbox.again(ask(1, 2), 0))).toEqual([2])
    expect(numbersOf(outbox.again({ ...ask(1, 2, 2), subject: 't' }, 0))).toEqual([1])
  })

  it('sends a message again once for all that ask within a moment, only what is asked for, and 1 MiB at a time', () => {
    const outbox = new Outbox('a')
    for (let sent = 0; sent < 5; sent++) outbox.push('s', bytes(400_000), 0)
    expect(numbersOf(outbox.again(ask(2, 3), 0))).toEqual([2, 3])
    expect(numbersOf(outbox.again(ask(1, 3), 10))).toEqual([1])
    expect(numbersOf(outbox.again(ask(1, 5), 60))).toEqual([1, 2, 3])
    expect(numbersOf(outbox.again(ask(1, 5), 61))).toEqual([4, 5])
    expect(outbox.again(ask(1, 5, 2), 500)).toEqual([])
    expect(outbox.again({ ...ask(1, 5), subject: 'none' }, 500)).toEqual([])
  })

  it('gives signs twice a second while it keeps messages, then every half minute, and after ten minutes none', () => {
    const outbox = new Outbox('a')
    outbox.push('s', bytes(1), 0)
    const beats: number[] = []
    for (let nowMs = 0; nowMs <= 700_000; nowMs += 100) {
      for (const { packet } of outbox.beats(nowMs)) {
        expect(packet.head.number).toBe(1)
        beats.push(nowMs)
      }
    }
    expect(beats.slice(0, 3)).toEqual([500, 1000, 1500])
    expect(beats.filter((atMs) => atMs <= 10_000).length).toBe(20)
    expect(beats.length).toBe(21 + 19)
    expect([...outbox.subjects]).toEqual([])
    expect(outbox.push('s', bytes(1), 700_000).head).toMatchObject({ stream: 2, number: 1, ageMs: 0 })
  })

  it('says at once where it stands if a receiver is new, once for several of them', () => {
    const outbox = new Outbox('a')
    outbox.push('s', bytes(1), 0)
    outbox.beats(20_000)
    outbox.hello('s', 20_100)
    outbox.hello('s', 20_110)
    outbox.hello('none', 20_110)
    expect([outbox.beats(20_110).length, outbox.beats(20_120).length, outbox.beats(20_200).length]).toEqual([0, 1, 0])
  })
})
