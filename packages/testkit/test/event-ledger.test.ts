import { describe, expect, it } from 'vitest'
import { EventLedger, keyOf, type SentEvent } from '../src/event-ledger.js'

/** Sent events with their outcomes ('?': none yet), and the handled events, in order. */
type Case = [title: string, sent: [name: string, outcome: string][], handled: string[], code: string | undefined]

const table: Case[] = [
  ['nothing at all', [], [], undefined],
  [
    'all handled in order',
    [
      ['a', 'ack'],
      ['b', 'ack'],
    ],
    ['a', 'b'],
    undefined,
  ],
  ['handled, without an outcome yet', [['a', '?']], ['a'], undefined],
  ['not handled, without an outcome yet', [['a', '?']], [], undefined],
  [
    'one lost',
    [
      ['a', 'ack'],
      ['b', 'event_lost'],
      ['c', 'ack'],
    ],
    ['a', 'c'],
    undefined,
  ],
  [
    'timed out and handled all the same',
    [
      ['a', 'event_timeout'],
      ['b', 'ack'],
    ],
    ['a', 'b'],
    undefined,
  ],
  [
    'timed out and not handled',
    [
      ['a', 'event_timeout'],
      ['b', 'ack'],
    ],
    ['b'],
    undefined,
  ],
  ['refused without a handler', [['a', 'event_refused']], [], undefined],
  [
    'equal ones, one of them lost',
    [
      ['a', 'event_lost'],
      ['a', 'ack'],
    ],
    ['a'],
    undefined,
  ],
  [
    'equal ones, one of them unknown',
    [
      ['a', 'event_timeout'],
      ['a', 'ack'],
    ],
    ['a'],
    undefined,
  ],
  ['handled twice', [['a', 'ack']], ['a', 'a'], 'event_misdelivered'],
  ['handled twice before the ack', [['a', '?']], ['a', 'a'], 'event_misdelivered'],
  [
    'handled out of order',
    [
      ['a', 'ack'],
      ['b', 'ack'],
    ],
    ['b', 'a'],
    'event_misdelivered',
  ],
  [
    'handled out of order, after both have timed out',
    [
      ['a', 'event_timeout'],
      ['b', 'event_timeout'],
    ],
    ['b', 'a'],
    'event_misdelivered',
  ],
  ['handled and never sent', [], ['a'], 'event_misdelivered'],
  ['acked and never handled', [['a', 'ack']], [], 'event_misdelivered'],
  ['lost and handled all the same', [['a', 'event_lost']], ['a'], 'event_misdelivered'],
  [
    'equal ones, handled once too often',
    [
      ['a', 'event_lost'],
      ['a', 'ack'],
    ],
    ['a', 'a'],
    'event_misdelivered',
  ],
]

const codeOf = (work: () => void): string | undefined => {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return undefined
}

function settle(ledger: EventLedger, event: SentEvent, outcome: string): void {
  if (outcome === 'ack') ledger.settle(event, undefined)
  else if (outcome !== '?') ledger.settle(event, outcome)
}

describe('the ledger of events', () => {
  it.each(table)('%s', (_, sent, handled, code) => {
    const ledger = new EventLedger('from a to b')
    const events = sent.map(([name]) => ledger.send(name, keyOf({ n: 1 }), 0))
    for (const name of handled) ledger.handle(name, keyOf({ n: 1 }))
    for (const [index, event] of events.entries()) settle(ledger, event, sent[index]![1])
    expect(codeOf(() => ledger.verify())).toBe(code)
    if (code === undefined) expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('distinguishes events by their data', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', keyOf({ n: 1 }), 0)
    ledger.handle('a', keyOf({ n: 2 }))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('compares data as the receiver gets it', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', keyOf({ none: undefined, bytes: new Uint8Array([1]), not: Number.NaN }), 0)
    ledger.handle('a', keyOf({ bytes: new Uint8Array([1]), not: Number.NaN }))
    expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('finds an event that is handled again long after its ack', () => {
    const ledger = new EventLedger('from a to b')
    for (let i = 0; i < 10; i++) {
      ledger.settle(ledger.send('a', keyOf(i), 0), undefined)
      ledger.handle('a', keyOf(i))
      ledger.verify()
    }
    ledger.handle('a', keyOf(3))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('accepts a handler that runs after the timeout of its sender', () => {
    const ledger = new EventLedger('from a to b')
    ledger.settle(ledger.send('a', keyOf(1), 0), 'event_timeout')
    ledger.verify()
    ledger.handle('a', keyOf(1))
    ledger.send('b', keyOf(1), 0)
    ledger.verify()
    ledger.handle('b', keyOf(1))
    expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('does not grow with events that have timed out', () => {
    const ledger = new EventLedger('from a to b')
    for (let i = 0; i < 5000; i++) ledger.settle(ledger.send('a', keyOf(i), 0), 'event_timeout')
    ledger.verify()
    // the first ones are forgotten
    ledger.handle('a', keyOf(10))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('takes one outcome for each event', () => {
    const ledger = new EventLedger('from a to b')
    const event = ledger.send('a', keyOf(1), 0)
    expect(ledger.waiting).toBe(1)
    ledger.settle(event, undefined)
    expect(ledger.waiting).toBe(0)
    expect(codeOf(() => ledger.settle(event, undefined))).toBe('event_misreported')
    expect(codeOf(() => ledger.settle(event, 'event_timeout'))).toBe('event_misreported')
  })

  it.each([
    ['event_timeout', 'event_misreported'],
    ['event_lost', 'event_misreported'],
    ['event_refused', undefined],
    ['session_closed', undefined],
    ['queue_full', undefined],
  ])('of an event that is retried without end, %s is %s', (failure, code) => {
    const ledger = new EventLedger('from a to b')
    const event = ledger.send('a', keyOf(1), Number.POSITIVE_INFINITY)
    expect(codeOf(() => ledger.settle(event, failure))).toBe(code)
  })

  it('forgets an event whose sending threw', () => {
    const ledger = new EventLedger('from a to b')
    ledger.withdraw(ledger.send('a', keyOf(1), 0))
    expect(ledger.waiting).toBe(0)
    ledger.handle('a', keyOf(1))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('waits for no outcome at a sender that has died', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', keyOf(1), 0)
    ledger.abandon()
    ledger.handle('a', keyOf(1))
    expect([ledger.waiting, codeOf(() => ledger.verify())]).toEqual([0, undefined])
  })

  it('accepts events out of turn that have waited for the first handler of their name, each once', () => {
    const ledger = new EventLedger('from a to b')
    const early = ledger.send('a', keyOf(1), 0)
    ledger.settle(ledger.send('b', keyOf(1), 0), undefined)
    ledger.handle('b', keyOf(1))
    ledger.release('a')
    ledger.handle('a', keyOf(1))
    ledger.settle(early, undefined)
    ledger.verify()
    ledger.handle('a', keyOf(1))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('takes the handler of a later event for it when an equal one that has waited for its first handler was lost', () => {
    const ledger = new EventLedger('from a to b')
    const lost = ledger.send('a', keyOf(1), 0)
    ledger.release('a')
    ledger.settle(lost, 'event_timeout')
    const later = ledger.send('a', keyOf(1), 0)
    ledger.handle('a', keyOf(1))
    ledger.settle(later, undefined)
    ledger.verify()
    // the lost one comes after all; there is no third one
    ledger.handle('a', keyOf(1))
    ledger.verify()
    ledger.handle('a', keyOf(1))
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('still misses a handler behind an equal event that was lost', () => {
    const ledger = new EventLedger('from a to b')
    const lost = ledger.send('a', keyOf(1), 0)
    ledger.release('a')
    ledger.settle(lost, 'event_timeout')
    ledger.settle(ledger.send('a', keyOf(1), 0), undefined)
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('names direction, event and data', () => {
    const ledger = new EventLedger('from a to b')
    ledger.handle('jump', keyOf({ high: 3 }))
    expect(() => ledger.verify()).toThrow(`from a to b: 'jump' {"high":3} was handled once more than it was sent`)
  })
})

describe('an event that its receiver predicts', () => {
  it('is not handled when it is sent, unless it was taken back before', () => {
    const ledger = new EventLedger('to client')
    ledger.ahead('shot', keyOf(1))
    ledger.settle(ledger.send('shot', keyOf(1), 0), undefined)
    ledger.verify()
    ledger.ahead('shot', keyOf(2))
    ledger.retract('shot', keyOf(2))
    ledger.settle(ledger.send('shot', keyOf(2), 0), undefined)
    expect(() => ledger.verify()).toThrow('its handler has not run')
  })

  it('may be predicted when it is under way already', () => {
    const ledger = new EventLedger('to client')
    const sent = ledger.send('shot', keyOf(1), 0)
    ledger.ahead('shot', keyOf(1))
    ledger.settle(sent, undefined)
    ledger.verify()
    expect(ledger.waiting).toBe(0)
  })
})
