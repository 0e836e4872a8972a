import { describe, expect, it } from 'vitest'
import { EventLedger, type SentEvent } from '../src/event-ledger.js'

/** What was sent, with its outcome ('?': none yet, '-': none asked for), and which were handled, in order. */
type Case = [what: string, sent: [name: string, outcome: string][], handled: string[], code: string | undefined]

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
  ['handled, and no word yet', [['a', '?']], ['a'], undefined],
  ['not handled, and no word yet', [['a', '?']], [], undefined],
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
  [
    'not asked for and handled',
    [
      ['a', '-'],
      ['b', '-'],
    ],
    ['b'],
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
    'handled out of order, not asked for',
    [
      ['a', '-'],
      ['b', '-'],
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
  else if (outcome !== '?' && outcome !== '-') ledger.settle(event, outcome)
}

describe('the books of events', () => {
  it.each(table)('%s', (_, sent, handled, code) => {
    const ledger = new EventLedger('from a to b')
    const events = sent.map(([name, outcome]) => ledger.send(name, { n: 1 }, 0, outcome !== '-'))
    for (const name of handled) ledger.handle(name, { n: 1 })
    for (const [index, event] of events.entries()) settle(ledger, event, sent[index]![1])
    expect(codeOf(() => ledger.verify())).toBe(code)
    if (code === undefined) expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('tells events apart by their data', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', { n: 1 }, 0, true)
    ledger.handle('a', { n: 2 })
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('knows data as its receiver gets it', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', { n: -0, none: undefined, bytes: new Uint8Array([1]), not: Number.NaN }, 0, true)
    ledger.handle('a', { n: 0, bytes: new Uint8Array([1]), not: Number.NaN })
    expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('finds one that is handled again long after it was acked', () => {
    const ledger = new EventLedger('from a to b')
    for (let i = 0; i < 10; i++) {
      ledger.settle(ledger.send('a', i, 0, true), undefined)
      ledger.handle('a', i)
      ledger.verify()
    }
    ledger.handle('a', 3)
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('waits for what may still be handled after its sender has given it up', () => {
    const ledger = new EventLedger('from a to b')
    ledger.settle(ledger.send('a', 1, 0, true), 'event_timeout')
    ledger.verify()
    ledger.handle('a', 1)
    ledger.send('b', 1, 0, false)
    ledger.verify()
    ledger.handle('b', 1)
    expect(codeOf(() => ledger.verify())).toBe(undefined)
  })

  it('does not grow with events that nobody hears of again', () => {
    const ledger = new EventLedger('from a to b')
    for (let i = 0; i < 5000; i++) ledger.send('a', i, 0, false)
    ledger.verify()
    // the first ones are out of its mind
    ledger.handle('a', 10)
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('takes one outcome for each event', () => {
    const ledger = new EventLedger('from a to b')
    const event = ledger.send('a', 1, 0, true)
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
    const event = ledger.send('a', 1, Number.POSITIVE_INFINITY, true)
    expect(codeOf(() => ledger.settle(event, failure))).toBe(code)
  })

  it('forgets an event whose sending threw', () => {
    const ledger = new EventLedger('from a to b')
    ledger.withdraw(ledger.send('a', 1, 0, true))
    expect(ledger.waiting).toBe(0)
    ledger.handle('a', 1)
    expect(codeOf(() => ledger.verify())).toBe('event_misdelivered')
  })

  it('waits for nothing any more from a sender that is gone', () => {
    const ledger = new EventLedger('from a to b')
    ledger.send('a', 1, 0, true)
    ledger.abandon()
    ledger.handle('a', 1)
    expect([ledger.waiting, codeOf(() => ledger.verify())]).toEqual([0, undefined])
  })

  it('names direction, event and data', () => {
    const ledger = new EventLedger('from a to b')
    ledger.handle('jump', { high: 3 })
    expect(() => ledger.verify()).toThrow(`from a to b: 'jump' {"high":3} was handled once more than it was sent`)
  })
})
