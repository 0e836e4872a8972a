import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GameStateMachine, GameStateStore } from '../src/index.js'
import { ConsoleLogger, defaultLogger, silentLogger, toLogger } from '../src/internal.js'
import { clientOf, definePlay } from './support/play.js'

function setUp() {
  const printed: unknown[][] = []
  const later: (() => void)[] = []
  const logger = new ConsoleLogger(
    (...values) => void printed.push(values),
    (callback) => void later.push(callback),
  )
  const second = (): void => {
    for (const callback of later.splice(0)) callback()
  }
  return { logger, printed, second }
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

  test('prints at most 100 different messages a second, and counts the others together', () => {
    const { logger, printed, second } = setUp()
    for (let index = 0; index < 10_000; index++) logger.warn({ err: `peer ${index}` }, 'a peer failed')
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
