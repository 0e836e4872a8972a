import type { EventWire, WireEvent } from '@tygase/gamestate'
import type { Outcome } from '@tygase/protocol'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import { expect, test } from 'vitest'
import { EventIntake } from '../src/event-intake.js'
import { RefusalError } from '../src/index.js'
import type { OwnedConnection } from '../src/owned-connection.js'
import { field, LogBook } from './support/stage.js'

/** An intake for `field`, a wire that keeps what it is given, and a connection that keeps how its events ended. */
function setUp(maxOutcomeBytes = Number.POSITIVE_INFINITY) {
  const log = new LogBook()
  const pushed: WireEvent[] = []
  const wire = { eventNames: ['add'], pushEvent: (event: WireEvent) => pushed.push(event) }
  const settledBy: ('rule' | 'server')[] = []
  const intake = new EventIntake(wire as unknown as EventWire, field, log, (_connection, byRule) =>
    settledBy.push(byRule ? 'rule' : 'server'),
  )
  const outcomes: unknown[] = []
  const settle = (sequence: number, outcome: Outcome): void => {
    const value = outcome.kind === 'done' && outcome.payload
    if (value && value.length > maxOutcomeBytes) throw new Error('too large')
    outcomes.push([sequence, outcome.kind === 'done' ? value && decodePayload(value) : outcome.code])
  }
  const ended: string[] = []
  const connection = {
    clientId: 'c',
    status: 'connected',
    session: { settle },
    end: (code: string) => ended.push(code),
  }
  let sequence = 0
  const take = (name: string, data: unknown): void =>
    intake.take(connection as unknown as OwnedConnection, { sequence: ++sequence, name, payload: encodePayload(data) })
  return { log, wire, pushed, intake, outcomes, ended, connection, take, settledBy }
}

/** Lets promises that have settled reach those who wait for them. */
async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('an event of the game goes to the wire, and how that ends goes back', () => {
  const { pushed, outcomes, take } = setUp()
  take('add', 3)
  expect(pushed).toMatchObject([{ name: 'add', data: 3, clientId: 'c' }])
  expect(outcomes).toEqual([])
  pushed[0]?.settle?.({ kind: 'done', value: 10 })
  expect(outcomes).toEqual([[1, 10]])
})

test("what the server's handler returns goes before what the rule did, and the rule's refusal before both", () => {
  const { pushed, intake, outcomes, take } = setUp()
  intake.register('add', () => 'mine')
  take('add', 1)
  take('add', 2)
  pushed[0]?.settle?.({ kind: 'done', value: 'the rule' })
  pushed[1]?.settle?.({ kind: 'refused', code: 'no', message: '' })
  expect(outcomes).toEqual([
    [1, 'mine'],
    [2, 'no'],
  ])
})

test('data that the schema does not want reaches neither handler nor wire', () => {
  const { pushed, intake, outcomes, take } = setUp()
  let calls = 0
  intake.register('add', () => calls++)
  take('add', 'three')
  expect([calls, pushed.length]).toEqual([0, 0])
  expect(outcomes).toEqual([[1, 'event_invalid']])
})

test('handlers begin in the order of the events, and one that takes its time holds nobody up', async () => {
  const { intake, outcomes, take } = setUp()
  const begun: unknown[] = []
  let resolve = (_value: string): void => {}
  const promise = new Promise<string>((settle) => {
    resolve = settle
  })
  intake.register('chat', (data) => {
    begun.push(data)
    return data === 'slow' ? promise : data
  })
  for (const text of ['slow', 'quick']) take('chat', text)
  await turn()
  expect(begun).toEqual(['slow', 'quick'])
  expect(outcomes).toEqual([[2, 'quick']])
  resolve('at last')
  await turn()
  expect(outcomes).toEqual([
    [2, 'quick'],
    [1, 'at last'],
  ])
})

test('an asynchronous handler of an event of the game delays the wire, and keeps the event from it by refusing', async () => {
  const { pushed, intake, outcomes, take } = setUp()
  intake.register('add', async (amount) => {
    if (amount === 13) throw new RefusalError('unlucky', 'no')
  })
  take('add', 1)
  take('add', 13)
  expect(pushed).toEqual([])
  await turn()
  expect(pushed.map(({ data }) => data)).toEqual([1])
  expect(outcomes).toEqual([[2, 'unlucky']])
})

test('when the session has ended meanwhile the wire does not get the event any more', async () => {
  const { pushed, intake, connection, take } = setUp()
  intake.register('add', async () => {})
  take('add', 1)
  connection.status = 'closed'
  await turn()
  expect(pushed).toEqual([])
})

test('what nobody knows is refused and counted', () => {
  const { intake, outcomes, take } = setUp()
  take('fly', 1)
  take('toString', 1)
  expect(outcomes).toEqual([
    [1, 'event_unknown'],
    [2, 'event_unknown'],
  ])
  expect(intake.unknown).toBe(2)
})

test('a payload that cannot be read ends the session', () => {
  const { intake, outcomes, ended, connection } = setUp()
  const payload = Uint8Array.of(0xc1)
  intake.take(connection as unknown as OwnedConnection, { sequence: 1, name: 'add', payload })
  expect(ended).toEqual(['malformed'])
  expect(outcomes).toEqual([])
})

test('a value that cannot travel or is too large is logged, and the sender learns handler_failed', () => {
  const { log, intake, outcomes, take } = setUp(10)
  intake.register('f', () => () => {})
  intake.register('long', () => 'x'.repeat(100))
  take('f', 1)
  take('long', 1)
  expect(outcomes).toEqual([
    [1, 'handler_failed'],
    [2, 'handler_failed'],
  ])
  expect(log.errors.length).toBe(2)
})

test('who gave an outcome is told: the server for its handlers, unknown events and what the wire refuses at once; else a rule', async () => {
  const { pushed, intake, settledBy, take, wire } = setUp()
  intake.register('ask', () => 1)
  intake.register('askLater', async () => 1)
  take('ask', 0)
  take('nobody knows', 0)
  take('askLater', 0)
  await turn()
  expect(settledBy).toEqual(['server', 'server', 'server'])
  take('add', 1)
  pushed[0]?.settle?.({ kind: 'done', value: undefined })
  expect(settledBy.slice(3)).toEqual(['rule'])
  wire.pushEvent = (event) => {
    event.settle?.({ kind: 'refused', code: 'event_invalid', message: '' })
    return 0
  }
  take('add', 'one')
  expect(settledBy.slice(4)).toEqual(['server'])
})
