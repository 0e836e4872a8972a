import type { Outcome } from '@tygase/protocol'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import { expect, test } from 'vitest'
import { EventHandlers } from '../src/event-handlers.js'
import { RefusalError } from '../src/index.js'
import { LogBook } from './support/stage.js'

function setUp(settle: (outcome: Outcome) => void = () => {}) {
  const log = new LogBook()
  const outcomes: unknown[] = []
  const take = (_sequence: number, outcome: Outcome): void => {
    settle(outcome)
    outcomes.push(outcome.kind === 'done' ? ['done', outcome.payload && decodePayload(outcome.payload)] : outcome.code)
  }
  const bounds = { sendLimits: { maxPayloadDepth: 2 }, receiveLimits: { maxPayloadDepth: 3 } }
  const handlers = new EventHandlers(log, take, () => bounds)
  const handle = (name: string, data?: unknown): void =>
    handlers.handle({ sequence: 1, name, payload: encodePayload(data) })
  return { log, outcomes, handlers, handle }
}

test('what a handler returns, or its promise resolves to, is the outcome', async () => {
  const { outcomes, handlers, handle } = setUp()
  handlers.register('double', (data) => (data as number) * 2)
  handlers.register('later', async (data) => `later ${data}`)
  handlers.register('nothing', () => {})
  handle('later', 1)
  handle('double', 4)
  handle('nothing')
  await Promise.resolve()
  await Promise.resolve()
  expect(outcomes).toEqual([
    ['done', 8],
    ['done', undefined],
    ['done', 'later 1'],
  ])
})

test('what is awaited need not be a promise of this runtime: a refusal of it counts as well', async () => {
  const { outcomes, handlers, handle } = setUp()
  const thenable = (settle: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    then: settle,
  })
  handlers.register('good', () => thenable((resolve) => resolve('news')))
  handlers.register('bad', () => thenable((_resolve, reject) => reject(new RefusalError('busy', 'not now'))))
  handle('good')
  handle('bad')
  expect(outcomes).toEqual([])
  for (let i = 0; i < 5; i++) await Promise.resolve()
  expect(outcomes).toEqual([['done', 'news'], 'busy'])
})

test('the last handler registered is the one', () => {
  const { outcomes, handlers, handle } = setUp()
  handlers.register('x', () => 'old')
  handlers.register('x', () => 'new')
  handle('x')
  expect(outcomes).toEqual([['done', 'new']])
})

test('an event without a handler is refused as unknown', () => {
  const { log, outcomes, handle } = setUp()
  handle('x')
  expect(outcomes).toEqual(['event_unknown'])
  expect(log.errors).toEqual([])
})

test.each([
  [
    'throws',
    (error: Error) => () => {
      throw error
    },
  ],
  ['rejects', (error: Error) => () => Promise.reject(error)],
])(
  'a handler that %s: a refusal travels, anything else is logged and travels as handler_failed',
  async (_how, failWith) => {
    const { log, outcomes, handlers, handle } = setUp()
    handlers.register('refusing', failWith(new RefusalError('too_late', 'sorry')))
    handlers.register('failing', failWith(new Error('secret')))
    handle('refusing')
    handle('failing')
    await Promise.resolve()
    await Promise.resolve()
    expect(outcomes).toEqual(['too_late', 'handler_failed'])
    expect(log.errors).toEqual(['a handler failed'])
  },
)

test('a value that cannot travel, or is too large to, is logged and refused', () => {
  const { log, outcomes, handlers, handle } = setUp((outcome) => {
    if (outcome.kind === 'done') throw new Error('too large')
  })
  handlers.register('function', () => () => {})
  handlers.register('large', () => 'x')
  handle('function')
  handle('large')
  expect(outcomes).toEqual(['handler_failed', 'handler_failed'])
  expect(log.errors.length).toBe(2)
})

test('a payload that cannot be read is refused', () => {
  const { outcomes, handlers } = setUp()
  handlers.register('x', () => 'never')
  handlers.handle({ sequence: 1, name: 'x', payload: Uint8Array.of(0xc1) })
  expect(outcomes).toEqual(['handler_failed'])
})

test('what may come and what may go back is as the session says', () => {
  const { log, outcomes, handlers, handle } = setUp()
  handlers.register('back', (data) => data)
  handle('back', [[1]])
  handle('back', [[[1]]])
  handle('back', [[[[1]]]])
  expect(outcomes).toEqual([['done', [[1]]], 'handler_failed', 'handler_failed'])
  expect(log.errors).toHaveLength(2)
})
