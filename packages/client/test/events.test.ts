import { decodeValue, encodeValue as encode } from '@tygase/gamestate/internal'
import type { Outcome } from '@tygase/protocol/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { EventHandlers } from '../src/events.js'
import { RefusalError } from '../src/index.js'
import { LogBook, setStage, turnOf } from './support/stage.js'

const noHandler = 'an event without a handler was dropped'

function setUp(reply: (outcome: Outcome) => void = () => {}) {
  const clock = new VirtualClock()
  const logger = new LogBook()
  const outcomes: unknown[] = []
  const link = {
    reply(_sequence: number, outcome: Outcome) {
      reply(outcome)
      outcomes.push(outcome.kind === 'done' ? ['done', outcome.payload && decodeValue(outcome.payload)] : outcome.code)
    },
    session: { sendLimits: { maxPayloadDepth: 2 }, receiveLimits: { maxPayloadDepth: 3 } },
  }
  const handlers = new EventHandlers({ clock, logger, link: () => link })
  handlers.open()
  let sequence = 0
  const handle = (name: string, data?: unknown): void =>
    handlers.handle({ sequence: ++sequence, name, payload: encode(data) })
  return { clock, logger, outcomes, handlers, handle }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve()
}

describe('the answer of a handler', () => {
  test('is the value that it returns, or that its promise resolves to', async () => {
    const { outcomes, handlers, handle } = setUp()
    handlers.register('double', (data) => (data as number) * 2)
    handlers.register('later', async (data) => `later ${data}`)
    handlers.register('nothing', () => {})
    handlers.register('null', () => null)
    handle('later', 1)
    handle('double', 4)
    handle('nothing')
    handle('null')
    await settled()
    expect(outcomes).toEqual([
      ['done', 8],
      ['done', undefined],
      ['done', null],
      ['done', 'later 1'],
    ])
  })

  test('may come from a thenable of any make, a refusal as well', async () => {
    const { outcomes, handlers, handle } = setUp()
    const thenable = (settle: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({
      // biome-ignore lint/suspicious/noThenProperty: reason: a thenable is the subject of the test
      then: settle,
    })
    handlers.register('good', () => thenable((resolve) => resolve('news')))
    handlers.register('bad', () => thenable((_resolve, reject) => reject(new RefusalError('busy', 'not now'))))
    handle('good')
    handle('bad')
    expect(outcomes).toEqual([])
    await settled()
    expect(outcomes).toEqual([['done', 'news'], 'busy'])
  })

  test.each([
    [
      'throws',
      (error: Error) => () => {
        throw error
      },
    ],
    ['rejects', (error: Error) => () => Promise.reject(error)],
  ])('is a refusal if it %s: that of a RefusalError, else handler_failed, which is logged', async (_how, failWith) => {
    const { logger, outcomes, handlers, handle } = setUp()
    handlers.register('refusing', failWith(new RefusalError('too_late', 'sorry')))
    handlers.register('failing', failWith(new Error('secret')))
    handle('refusing')
    handle('failing')
    await settled()
    expect(outcomes).toEqual(['too_late', 'handler_failed'])
    expect(logger.errors).toEqual(['a handler failed'])
  })

  test('that cannot be sent, or is too large, is logged as that and refused', () => {
    const { logger, outcomes, handlers, handle } = setUp((outcome) => {
      if (outcome.kind === 'done') throw new Error('too large')
    })
    handlers.register('function', () => () => {})
    handlers.register('large', () => 'x')
    handle('function')
    handle('large')
    expect(outcomes).toEqual(['handler_failed', 'handler_failed'])
    expect(logger.errors).toEqual(['the answer of a handler cannot be sent', 'the answer of a handler cannot be sent'])
  })

  test('and the data are bounded by the limits of the session', () => {
    const { logger, outcomes, handlers, handle } = setUp()
    handlers.register('back', (data) => data)
    handle('back', [[1]])
    handle('back', [[[1]]])
    handle('back', [[[[1]]]])
    expect(outcomes).toEqual([['done', [[1]]], 'handler_failed', 'handler_failed'])
    expect(logger.errors).toEqual(['the answer of a handler cannot be sent', 'the data of an event cannot be read'])
  })

  test('is a refusal for data that cannot be read', () => {
    const { outcomes, handlers } = setUp()
    handlers.register('x', () => 'never')
    handlers.handle({ sequence: 1, name: 'x', payload: Uint8Array.of(0x16) })
    expect(outcomes).toEqual(['handler_failed'])
  })
})

describe('several handlers of one event', () => {
  test('all run, in the order of their registration; the first value that is not undefined goes back', async () => {
    const { outcomes, handlers, handle } = setUp()
    const calls: string[] = []
    handlers.register('x', () => void calls.push('first'))
    handlers.register('x', async () => calls.push('second') && 'slow')
    handlers.register('x', () => calls.push('third') && 'quick')
    handle('x')
    expect(calls).toEqual(['first', 'second', 'third'])
    await settled()
    expect(outcomes).toEqual([['done', 'slow']])
  })

  test('refuse it if one of them does, and the others run all the same', () => {
    const { outcomes, handlers, handle } = setUp()
    const calls: string[] = []
    handlers.register('x', () => 'yes')
    handlers.register('x', () => {
      throw new RefusalError('no', 'never')
    })
    handlers.register('x', () => void calls.push('third'))
    handle('x')
    expect([outcomes, calls]).toEqual([['no'], ['third']])
  })

  test('are taken off one by one, also twice and within a call', () => {
    const { outcomes, handlers, handle } = setUp()
    const calls: string[] = []
    const same = (): void => void calls.push('same')
    const offFirst = handlers.register('x', same)
    handlers.register('x', same)
    const offLast = handlers.register('x', () => {
      calls.push('last')
      offLast()
    })
    handle('x')
    offFirst()
    offFirst()
    handle('x')
    expect(calls).toEqual(['same', 'same', 'last', 'same'])
    expect(outcomes).toHaveLength(2)
  })
})

describe('an event without a handler', () => {
  test('waits for one for half a second; then it is refused as unknown and logged', () => {
    const { clock, logger, outcomes, handle } = setUp()
    handle('x')
    clock.advance(499)
    expect(outcomes).toEqual([])
    clock.advance(1)
    expect(outcomes).toEqual(['event_unknown'])
    expect(logger.warnings).toEqual([noHandler])
    expect(clock.pending).toBe(0)
  })

  test('is handled on the turn after its handler is registered, in the order of arrival, by all handlers of that turn', () => {
    const { clock, handlers, handle, logger } = setUp()
    const calls: unknown[] = []
    handle('a', 1)
    handle('b', 2)
    handle('a', 3)
    clock.advance(400)
    handlers.register('a', (data) => void calls.push(['a', data]))
    handlers.register('a', (data) => void calls.push(['also', data]))
    handlers.register('b', (data) => void calls.push(['b', data]))
    handle('a', 4)
    expect(calls).toEqual([])
    clock.advance(0)
    handle('a', 5)
    const expected = [1, 2, 3, 4, 5].flatMap((n) =>
      n === 2
        ? [['b', n]]
        : [
            ['a', n],
            ['also', n],
          ],
    )
    expect(calls).toEqual(expected)
    clock.advance(1000)
    expect([logger.warnings, clock.pending]).toEqual([[], 0])
  })

  test('that comes before the connection is open has its half second from then on', () => {
    const clock = new VirtualClock()
    const outcomes: unknown[] = []
    const reply = (_: number, outcome: Outcome): void => void outcomes.push(outcome.kind)
    const link = { reply, session: { sendLimits: {}, receiveLimits: {} } }
    const handlers = new EventHandlers({ clock, logger: new LogBook(), link: () => link })
    handlers.handle({ sequence: 1, name: 'x', payload: new Uint8Array(0) })
    clock.advance(10_000)
    handlers.open()
    clock.advance(499)
    expect(outcomes).toEqual([])
    clock.advance(1)
    expect(outcomes).toEqual(['refused'])
  })

  test('is dropped at once, the oldest first, if 256 others wait', () => {
    const { logger, outcomes, handlers, handle } = setUp()
    for (let i = 0; i < 257; i++) handle('x', i)
    expect(outcomes).toEqual(['event_unknown'])
    expect(logger.warnings).toEqual([noHandler])
    handlers.end()
  })

  test('is forgotten at the end', () => {
    const { clock, outcomes, handlers, handle } = setUp()
    handle('x')
    handlers.register('x', () => 1)
    handlers.end()
    clock.advance(5000)
    expect([outcomes, clock.pending]).toEqual([[], 0])
  })
})

describe('sending', () => {
  test('the first event goes at once, events behind it together after the interval, a request without waiting', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected({ flushIntervalMs: 100 })
    // until the round trip is known, packets are sent now and then to measure it
    clock.advance(5000)
    const startMs = clock.now()
    connection.dispatchEvent('ping', { n: 1 })
    connection.dispatchEvent('ping', { n: 2 })
    clock.advance(5)
    connection.dispatchEvent('ping', { n: 3 })
    clock.advance(20)
    connection.dispatchEvent('ping', { n: 4 })
    clock.advance(200)
    const answer = connection.request('ping', { n: 5 })
    clock.advance(5)
    const again = connection.request('ping', { n: 6 })
    clock.advance(200)
    const times = server.events.map(({ atMs }) => atMs - startMs)
    expect(times).toEqual([10, 10, 110, 110, 235, 240])
    await Promise.all([answer, again])
  })

  test('onAck gets the value of the handler, onFail the reason', async () => {
    const { clock, server, log, connected } = setStage()
    const connection = await connected()
    server.answer = (name) =>
      name === 'ping' ? { kind: 'done', payload: encode(5) } : { kind: 'refused', code: 'no', message: 'never' }
    const calls: unknown[] = []
    const onAck = (result: unknown): number => calls.push(result)
    const onFail = ({ code, refusal }: { code: string; refusal?: unknown }): number => calls.push([code, refusal])
    connection.dispatchEvent('ping', { n: 1 }, { onAck, onFail })
    connection.dispatchEvent('reset', { onAck, onFail })
    clock.advance(500)
    expect(calls).toEqual([5, ['event_refused', { code: 'no', message: 'never' }]])
    expect(log.warnings).toEqual([])
  })

  test('an event without data takes its options second, or third behind undefined', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const calls: string[] = []
    connection.dispatchEvent('reset', { onAck: () => calls.push('second') })
    connection.dispatchEvent('reset', undefined, { onAck: () => calls.push('third') })
    const answer = connection.request('reset', { timeoutMs: 1000 })
    clock.advance(500)
    await answer
    expect(calls).toEqual(['second', 'third'])
    expect(server.events.map(({ data }) => data)).toEqual([undefined, undefined, undefined])
  })

  test('a refusal of an event without onFail is logged', async () => {
    const { clock, server, log, connected } = setStage()
    const connection = await connected()
    server.answer = () => ({ kind: 'refused', code: 'no', message: 'never' })
    connection.dispatchEvent('reset')
    clock.advance(500)
    expect(log.warnings).toEqual(['the server refused an event without onFail'])
  })

  test('a request rejects with code and message of the refusal, and after its timeout', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = () => ({ kind: 'refused', code: 'too_poor', message: 'five coins are missing' })
    const refused = connection.request('ping', { n: 1 }).catch((error) => error)
    clock.advance(200)
    expect(await refused).toBeInstanceOf(RefusalError)
    expect(await refused).toMatchObject({ code: 'too_poor', message: 'five coins are missing' })
    server.answer = () => undefined
    const late = connection.request('ping', { n: 1 }, { timeoutMs: 700 }).catch((error) => error)
    clock.advance(700)
    expect(await late).toMatchObject({ code: 'request_timeout' })
  })

  test('requests of one turn leave in one packet', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    clock.advance(5000)
    const { packetsOut } = connection.stats
    const answers = [1, 2, 3].map((n) => connection.request('ping', { n }))
    for (let i = 0; i < 5; i++) await Promise.resolve()
    expect(connection.stats.packetsOut).toBe(packetsOut + 1)
    clock.advance(200)
    await Promise.all(answers)
    expect(server.events.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('each of many requests is given up after its own time', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = () => undefined
    const startMs = clock.now()
    const givenUp: [n: number, afterMs: number][] = []
    for (const [n, timeoutMs] of [800, 300, 500, 300, Number.POSITIVE_INFINITY].entries()) {
      connection.request('ping', { n }, { timeoutMs }).catch(() => givenUp.push([n, clock.now() - startMs]))
    }
    for (let ms = 0; ms < 2000; ms += 100) {
      clock.advance(100)
      for (let i = 0; i < 5; i++) await Promise.resolve()
    }
    expect(givenUp).toEqual([
      [1, 300],
      [3, 300],
      [2, 500],
      [0, 800],
    ])
    const done = connection.disconnect()
    clock.advance(20)
    await done
    for (let i = 0; i < 5; i++) await Promise.resolve()
    expect(givenUp).toHaveLength(5)
    expect(clock.pending).toBe(1)
  })

  test('an answer takes the timeout of its request away, and those of the others stay', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const answered = connection.request('ping', { n: 1 }, { timeoutMs: 300 })
    clock.advance(200)
    server.answer = () => undefined
    const late = connection.request('ping', { n: 2 }, { timeoutMs: 400 }).catch((error) => error)
    clock.advance(399)
    expect(await Promise.race([late, Promise.resolve('waits')])).toBe('waits')
    clock.advance(1)
    expect(await late).toMatchObject({ code: 'request_timeout' })
    await answered
  })

  test('callbacks that throw or reject are logged and harm nothing', async () => {
    const { clock, log, connected } = setStage()
    const connection = await connected()
    const onAck = (): never => {
      throw new Error('bang')
    }
    connection.dispatchEvent('reset', { onAck })
    connection.dispatchEvent('ping', { n: 1 }, { onAck: async () => onAck() })
    clock.advance(500)
    await turnOf(clock)
    expect(log.errors).toEqual(["onAck of 'reset' failed", "onAck of 'ping' failed"])
    expect(connection.status).toBe('connected')
  })

  test('a result that cannot be read ends the session as malformed, and the event fails', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = () => ({ kind: 'done', payload: Uint8Array.of(0x16) })
    const failed = connection.request('reset').catch((error) => error)
    clock.advance(200)
    expect(await failed).toMatchObject({ code: 'malformed' })
    expect(connection.closeInfo?.code).toBe('malformed')
  })

  test("a caller's mistakes throw at the call", async () => {
    const { connected } = setStage()
    const connection = await connected()
    const wrong = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => connection.dispatchEvent('$game' as 'reset')).toThrow(wrong)
    expect(() => connection.dispatchEvent('reset', undefined, { retry: 1 } as never)).toThrow(wrong)
    expect(() => connection.dispatchEvent('reset', { onAck: 5 } as never)).toThrow(wrong)
    expect(() => connection.dispatchEvent('reset', { retries: -1 })).toThrow(wrong)
    await expect(connection.request('$shutdown' as 'reset')).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(connection.request('reset', undefined, { timeout: 1 } as never)).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    expect(() => connection.registerEventHandler('news', 1 as never)).toThrow(wrong)
    expect(() => connection.subscribe(1 as never)).toThrow(wrong)
    expect(() => connection.onStatus(1 as never)).toThrow(wrong)
    expect(() => connection.dispatchEvent('ping', (() => {}) as never)).toThrow(
      expect.objectContaining({ code: 'invalid_value' }),
    )
  })
})
