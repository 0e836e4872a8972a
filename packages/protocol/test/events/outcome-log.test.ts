import { beforeEach, describe, expect, it } from 'vitest'
import { OutcomeLog } from '../../src/events/outcome-log.js'
import { RepeatedOutcomes } from '../../src/lossy/repeated-outcomes.js'
import type { Outcome } from '../../src/session/session-types.js'
import type { AckMessage } from '../../src/wire/event-messages.js'
import { countSteps } from '../support/count-steps.js'
import { makeList } from '../support/make-list.js'

const done = { kind: 'done' } as const
const value = (byte: number) => ({ kind: 'done', payload: new Uint8Array([byte]) }) as const

let log: OutcomeLog

beforeEach(() => {
  log = new OutcomeLog(10_000, makeList)
})

function hand(...sequences: number[]): void {
  for (const sequence of sequences) {
    log.accepted(sequence, 10)
    log.handed(sequence)
  }
}

function take(maxBytes = 1000): string | undefined {
  return textOfAck(log.take(maxBytes))
}

function textOfAck(ack: AckMessage | undefined): string | undefined {
  return ack && `${ack.start}: ${ack.runs.map(textOf).join(' ')}`
}

function textOf(run: AckMessage['runs'][number]): string {
  if (run.type !== 'outcomes') return `${run.type}*${run.count}`
  return run.outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.payload![0] : outcome.code)).join(',')
}

describe('outcomes over a reliable transport', () => {
  it('are sent once; each ACK begins at the end of the one before', () => {
    log.attach()
    hand(1, 2, 3)
    log.settle(1, done)
    expect(take()).toBe('1: done*1')
    expect(take()).toBeUndefined()
    log.settle(2, value(7))
    log.settle(3, { kind: 'refused', code: 'poor', message: '' })
    expect(take()).toBe('0: 7,poor')
  })

  it('are sent in the order of sequences, in whatever order they were given', () => {
    log.attach()
    hand(1, 2, 3, 4)
    log.settle(4, done)
    log.settle(1, done)
    log.settle(2, value(7))
    expect(take()).toBe('1: done*1 7 skip*1 done*1')
    log.settle(3, done)
    expect(take()).toBe('-2: done*1')
  })

  it('are all sent again on another transport, unless the peer is known to have them', () => {
    log.attach()
    hand(1, 2, 3, 4)
    log.settle(1, done)
    log.settle(2, value(7))
    log.settle(4, done)
    log.lost(5, 2)
    take()
    log.attach()
    expect(take()).toBe('1: done*1 7 skip*1 done*1 lost*2')
    log.forget(3)
    log.attach()
    expect(take()).toBe('4: done*1 lost*2')
  })

  it('go into several ACKs when they are too many bytes for one', () => {
    log.attach()
    hand(1, 2, 3)
    for (const sequence of [1, 2, 3]) log.settle(sequence, value(sequence))
    expect(take(20)).toBe('1: 1,2')
    expect(take(20)).toBe('0: 3')
  })
})

describe('outcomes over a transport that may lose them', () => {
  let repeats: RepeatedOutcomes

  function take(nowMs = 0): string | undefined {
    return textOfAck(repeats.take({ nowMs, maxBytes: 1000, resendMs: 100 }))
  }

  beforeEach(() => {
    repeats = new RepeatedOutcomes(log)
    log.attach(repeats)
  })

  it('are sent from the first one on that the peer may not know', () => {
    hand(1, 2)
    log.settle(1, done)
    expect(take()).toBe('1: done*1')
    log.settle(2, done)
    expect(take()).toBe('1: done*2')
    log.forget(2)
    repeats.again()
    expect(take()).toBe('2: done*1')
  })

  it('are sent three times if the handlers returned nothing, and then now and then until the peer has them', () => {
    hand(1)
    log.settle(1, done)
    expect(take(0)).toBe('1: done*1')
    expect(take(50)).toBeUndefined()
    expect(repeats.repeatMs).toBe(100)
    expect(take(100)).toBe('1: done*1')
    expect(take(200)).toBe('1: done*1')
    for (let now = 1000; now < 10_000; now += 800) {
      expect(repeats.repeatMs).toBe(now)
      expect(take(now - 1)).toBeUndefined()
      expect(take(now)).toBe('1: done*1')
    }
    log.forget(2)
    expect(repeats.repeatMs).toBe(Number.POSITIVE_INFINITY)
    expect(take(20_000)).toBeUndefined()
  })

  it('with a value are sent until the peer has them, and no more often than necessary', () => {
    hand(1, 2)
    log.settle(1, value(7))
    expect(take(0)).toBe('1: 7')
    log.settle(2, done)
    expect(take(50)).toBe('2: done*1')
    for (let now = 150; now < 2000; now += 100) expect(take(now)).toBe('1: 7 done*1')
    log.forget(2)
    expect(take(2050)).toBe('2: done*1')
    expect(log.size).toBe(0)
  })
})

describe('a floor', () => {
  it.each<[what: string, settle: (sequence: number) => void]>([
    ['wait for their handlers', () => {}],
    ['have outcomes that are kept', (sequence) => log.settle(sequence, value(7))],
    ['wait, every other one', (sequence) => void (sequence % 2 === 0 && log.settle(sequence, value(7)))],
  ])('looks at each event once, however many floors come while thousands %s', (_what, settle) => {
    log = new OutcomeLog(10_000_000, makeList)
    log.attach()
    const count = 4000
    for (let sequence = 1; sequence <= count; sequence++) {
      hand(sequence)
      settle(sequence)
    }
    const steps = countSteps(() => {
      for (let sequence = 1; sequence <= count * 2; sequence++) log.forget(sequence)
    })
    expect(steps / (count * 2)).toBeLessThan(150)
    const one = countSteps(() => log.forget(count * 3))
    expect(one).toBeLessThan(10)
  })
})

describe('the memory of outcomes', () => {
  it('does not grow with events that were simply handled', () => {
    for (let sequence = 1; sequence <= 1000; sequence++) {
      hand(sequence)
      log.settle(sequence, done)
    }
    expect(log.size).toBe(0)
    expect(take()).toBe('1: done*1000')
  })

  it('does not grow with sequences that a peer skips', () => {
    for (let i = 0; i < 100; i++) log.lost(1 + i * 10, 10)
    expect(log.size).toBe(1)
  })

  it('counts outcomes kept for a peer that never sends a floor', () => {
    for (let sequence = 1; sequence <= 20; sequence += 2) {
      hand(sequence)
      log.settle(sequence, done)
      log.lost(sequence + 1, 1)
    }
    expect(log.size).toBe(10)
  })

  it('frees an outcome that its sender does not wait for any more', () => {
    hand(1)
    log.forget(2)
    log.settle(1, value(7))
    expect(log.size).toBe(0)
  })

  it.each([
    ['never came', 2],
    ['is not handed out yet', 1],
  ])('takes no outcome for an event that %s', (_what, sequence) => {
    log.accepted(1, 10)
    expect(() => log.settle(sequence, done)).toThrowError(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

it.each<[string, Outcome]>([
  ['nothing', done],
  ['a value', value(7)],
])('an event is awaited until it has an outcome: %s', (_what, outcome) => {
  log.attach()
  log.accepted(1, 10)
  expect([log.isAwaited(1), log.isAwaited(2)]).toStrictEqual([true, false])
  log.handed(1)
  expect(log.isAwaited(1)).toBe(true)
  log.settle(1, outcome)
  expect(log.isAwaited(1)).toBe(false)
})

describe('the memory that outcomes take', () => {
  const large = { kind: 'done', payload: new Uint8Array(4000) } as const

  it('is counted from the arrival of an event until its outcome is freed', () => {
    log.attach()
    hand(1, 2)
    expect(log.bytes).toBe(2 * (10 + 64))
    log.settle(1, done)
    expect(log.bytes).toBe(10 + 64)
    log.settle(2, large)
    expect(log.bytes).toBeGreaterThan(4000)
    log.forget(3)
    expect(log.bytes).toBe(0)
  })

  it('is bounded: an outcome that does not fit is replaced by a refusal', () => {
    log.attach()
    hand(1, 2, 3, 4)
    for (const sequence of [1, 2, 3]) log.settle(sequence, large)
    log.settle(4, value(7))
    expect(take(100_000)).toBe('1: 0,0,result_dropped,7')
    expect(log.bytes).toBeLessThan(10_000)
  })

  it('is none for the outcome of an event that its sender has given up', () => {
    log.attach()
    hand(1)
    log.forget(2)
    log.settle(1, large)
    expect([log.bytes, log.size, take()]).toStrictEqual([0, 0, undefined])
  })
})
