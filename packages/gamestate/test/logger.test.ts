import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorPages, GameStateError, TygaseError } from '../src/errors.js'
import { GameStateMachine, GameStateStore } from '../src/index.js'
import { defaultLogger, silentLogger, toLogger, withDetails } from '../src/internal.js'
import { LimitedLogger } from '../src/limited-logger.js'
import { consoleLoggerOf, type Logger, toBriefLogger } from '../src/logger.js'
import { clientOf, definePlay } from './support/play.js'
import { VirtualClock } from './support/virtual-clock.js'

function setUp() {
  const printed: unknown[][] = []
  const clock = new VirtualClock()
  const target = consoleLoggerOf((...values) => void printed.push(values))
  const logger = new LimitedLogger(target, clock, () => {})
  return { logger, printed, second: () => clock.advance(1000) }
}

function heardLogger() {
  const heard: unknown[][] = []
  const take = (level: string) => (details: object, message: string) => void heard.push([level, details, message])
  const logger: Logger = { debug: take('debug'), info: take('info'), warn: take('warn'), error: take('error') }
  return { logger, heard }
}

test.each(['debug', 'info', 'warn', 'error'] as const)('the silent logger takes %s and says nothing', (level) => {
  expect(silentLogger[level]({ err: new Error('x') }, 'a message')).toBeUndefined()
})

describe('the logger of the console', () => {
  test('prints warnings and errors with their details, and nothing of lower levels', () => {
    const { logger, printed } = setUp()
    const err = new Error('lost')
    logger.debug({}, 'a detail')
    logger.info({ port: 1 }, 'listening')
    logger.warn({ behind: 3 }, 'ticks were dropped')
    logger.error({ err, rule: 'steer' }, 'a rule failed')
    logger.error({ err }, 'a rule failed')
    logger.warn({}, 'that is all')
    expect(printed).toEqual([
      ['warn', 'tygase: ticks were dropped', { behind: 3 }],
      ['error', 'tygase: a rule failed', { rule: 'steer' }, err],
      ['error', 'tygase: a rule failed', err],
      ['warn', 'tygase: that is all'],
    ])
  })

  test('counts repeats within a second, and prints the count when the second is over', () => {
    const { logger, printed, second } = setUp()
    for (let tick = 1; tick <= 60; tick++)
      logger.error({ err: new Error('x'), rule: 'timeStep', tick }, 'a rule failed')
    expect(printed).toHaveLength(1)
    second()
    expect(printed.slice(1)).toEqual([['error', 'tygase: a rule failed (59 more within a second)']])
    second()
    logger.error({ err: new Error('x'), rule: 'timeStep', tick: 61 }, 'a rule failed')
    second()
    expect(printed.slice(2)).toEqual([
      ['error', 'tygase: a rule failed', { rule: 'timeStep', tick: 61 }, new Error('x')],
    ])
  })

  test('counts messages apart that differ in level, text, rule or error', () => {
    const { logger, printed } = setUp()
    for (let repeat = 0; repeat < 3; repeat++) {
      logger.warn({}, 'a')
      logger.error({}, 'a')
      logger.error({}, 'b')
      logger.error({ rule: 'x' }, 'b')
      logger.error({ err: 'lost' }, 'b')
    }
    expect(printed).toHaveLength(5)
  })

  test('prints at most 10 different lines of a message and client within a second, and counts the others together', () => {
    const { logger, printed, second } = setUp()
    for (let index = 0; index < 10_000; index++) logger.warn({ err: `peer ${index}` }, 'a peer failed')
    logger.warn({ err: 'peer 0', clientId: 'b' }, 'a peer failed')
    expect(printed).toHaveLength(11)
    second()
    expect(printed.slice(11)).toEqual([['warn', 'tygase: a peer failed (9990 more within a second)']])
  })

  test('prints at most 100 different lines in all within a second, and counts the others together', () => {
    const { logger, printed, second } = setUp()
    for (let index = 0; index < 10_000; index++) logger.warn({ clientId: index }, 'a peer failed')
    expect(printed).toHaveLength(100)
    second()
    expect(printed.slice(100)).toEqual([['warn', 'tygase: other messages (9900 more within a second)']])
  })

  test('may have its methods taken off it', () => {
    const { logger, printed } = setUp()
    const { warn } = logger
    warn({}, 'x')
    expect(printed).toEqual([['warn', 'tygase: x']])
  })
})

describe('the option logger', () => {
  test('is the console if it is left out, none if it is false, else the logger given', () => {
    expect(toLogger(undefined)).toBe(defaultLogger)
    expect(toLogger(false)).toBe(silentLogger)
    expect(toLogger(silentLogger)).toBe(silentLogger)
    const { logger, heard } = heardLogger()
    const own = toLogger(logger)
    expect(toLogger(own)).toBe(own)
    own.info({ port: 1 }, 'listening')
    withDetails(own, { room: 'arena/1' }).warn({ tick: 2 }, 'late')
    expect(heard).toEqual([
      ['info', { port: 1 }, 'listening'],
      ['warn', { room: 'arena/1', tick: 2 }, 'late'],
    ])
  })

  test.each([true, 1, 'console', {}, [], { error() {} }, () => {}])('refuses %o with a sentence', (value) => {
    const sentence = 'logger is false or has debug, info, warn and error'
    expect(() => toLogger(value as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: sentence }),
    )
  })

  test('gives a logger of the user the first of lines that repeat, and after a second their number', () => {
    const clock = new VirtualClock()
    const { logger, heard } = heardLogger()
    const own = toLogger(logger, clock)
    for (let index = 0; index < 9500; index++) own.warn({ clientId: 'a', index }, 'a client asked for a shutdown')
    own.warn({ clientId: 'b' }, 'a client asked for a shutdown')
    expect(heard).toHaveLength(2)
    clock.advance(1000)
    expect(heard.slice(2)).toEqual([
      ['warn', { clientId: 'a', index: 0, repeats: 9499 }, 'a client asked for a shutdown'],
    ])
    own.warn({ clientId: 'a', index: 7 }, 'a client asked for a shutdown')
    expect(heard.at(-1)).toEqual(['warn', { clientId: 'a', index: 7 }, 'a client asked for a shutdown'])
  })

  test('lives with a logger that throws, rejects, or logs itself, and with an error that has no text', async () => {
    vi.useFakeTimers()
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    try {
      const error = new Error('the disk of the log is full')
      const fails = toLogger({
        ...silentLogger,
        warn: () => {
          throw error
        },
        info: () => Promise.reject(error),
      })
      fails.warn({}, 'a')
      fails.info({}, 'b')
      await Promise.resolve()
      await Promise.resolve()
      expect(printed.mock.calls).toEqual([['tygase: the logger failed', error]])
      let calls = 0
      const nested: Logger = toLogger({
        ...silentLogger,
        warn: (details) => {
          calls++
          nested.warn({ ...details, event: String(calls) }, 'again')
        },
      })
      nested.warn({ err: Object.create(null) }, 'c')
      expect(calls).toBe(1)
    } finally {
      vi.advanceTimersByTime(1000)
      printed.mockRestore()
      vi.useRealTimers()
    }
  })

  test('of a page passes a line on once a second, 100 different ones at most, and then their number', () => {
    const clock = new VirtualClock()
    const { logger, heard } = heardLogger()
    const own = toBriefLogger(logger, clock)
    for (let count = 0; count < 60; count++) own.error({ err: new Error('x'), count }, 'a handler failed')
    own.error({ err: new Error('y') }, 'a handler failed')
    for (let count = 0; count < 200; count++) own.warn({ event: `e${count}` }, 'an event was dropped')
    expect(heard).toHaveLength(100)
    clock.advance(1000)
    own.warn({ event: 'e0' }, 'an event was dropped')
    expect(heard.slice(100)).toEqual([
      ['warn', { repeats: 59 + 102 }, 'lines that repeat'],
      ['warn', { event: 'e0' }, 'an event was dropped'],
    ])
  })

  test('of a page lives with a logger or clock that fails, and prints to the console by default', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const error = new Error('no')
    const fail = (): never => {
      throw error
    }
    const clock = new VirtualClock()
    const fails = toBriefLogger({ ...silentLogger, warn: fail, info: () => Promise.reject(error) as never }, clock)
    fails.warn({}, 'a')
    fails.info({}, 'b')
    toBriefLogger(heardLogger().logger, { ...clock, now: fail } as never).warn({}, 'c')
    const counts = toBriefLogger({ ...silentLogger, warn: () => Promise.reject(error) as never, info: () => {} }, clock)
    counts.info({}, 'f')
    counts.info({}, 'f')
    clock.advance(1000)
    counts.info({}, 'f')
    await Promise.resolve()
    await Promise.resolve()
    toBriefLogger(undefined).error({ err: error }, 'd')
    toBriefLogger(false).error({}, 'e')
    const failed = ['tygase: the logger failed', error]
    expect(printed.mock.calls).toEqual([failed, failed, failed, failed, ['tygase: d', error]])
    printed.mockRestore()
  })

  test('names the page of an error of ours, and no page of others and of refusals', () => {
    class RefusalError extends TygaseError {}
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const ours = new GameStateError('row_missing', 'there is no row')
    const refusal = new RefusalError('too_fast', 'no player runs that fast')
    try {
      defaultLogger.warn({ err: ours }, 'it failed with ours')
      defaultLogger.warn({ err: refusal }, 'it failed with a refusal')
      defaultLogger.warn({ err: new Error('x') }, 'it failed with another')
      expect(printed.mock.calls.map(([line]) => line)).toEqual([
        `tygase: it failed with ours, see ${errorPages}row_missing`,
        'tygase: it failed with a refusal',
        'tygase: it failed with another',
      ])
    } finally {
      printed.mockRestore()
    }
  })

  describe('of a machine', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => {
      vi.restoreAllMocks()
      vi.useRealTimers()
    })

    const crash = (logger?: false): number => {
      const error = vi.spyOn(console, 'error').mockImplementation(() => {})
      const game = definePlay({})
      const options = logger === undefined ? {} : { logger }
      const machine = new GameStateMachine(new GameStateStore(game.initialState()), game, options)
      for (let tick = 0; tick < 60; tick++) {
        machine.push({ kind: 'event', name: 'fail', data: undefined, client: clientOf('c1') })
        machine.step()
      }
      const { length } = error.mock.calls
      vi.advanceTimersByTime(1000)
      expect(error.mock.calls.length).toBe(length * 2)
      return length
    }

    test('prints a rule that throws once a second by default', () => expect(crash()).toBe(1))
    test('prints nothing if it is false', () => expect(crash(false)).toBe(0))
  })
})
