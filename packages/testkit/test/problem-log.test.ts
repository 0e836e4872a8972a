import { VirtualClock } from '@tygase/testkit/sim'
import { describe, expect, it } from 'vitest'
import { describeErrors, ProblemLog } from '../src/problem-log.js'

describe('the log of problems', () => {
  it('keeps warnings and errors, with who and when', () => {
    const clock = new VirtualClock(7)
    const log = new ProblemLog(clock)
    const logger = log.loggerOf('client 1')
    logger.debug({}, 'a')
    logger.info({}, 'b')
    logger.warn({ n: 1 }, 'c')
    logger.error({ err: new Error('broken') }, 'd')
    expect(log.problems.map(({ atMs, who, level, message }) => [atMs, who, level, message])).toEqual([
      [7, 'client 1', 'warn', 'c'],
      [7, 'client 1', 'error', 'd'],
    ])
    expect(describeErrors(log.problems)).toEqual(['at 7 ms client 1 logged: d: Error: broken'])
  })

  it('keeps the newest thousand', () => {
    const log = new ProblemLog(new VirtualClock())
    const logger = log.loggerOf('server')
    for (let i = 0; i < 1100; i++) logger.warn({}, String(i))
    expect(log.problems).toHaveLength(1000)
    expect(log.problems.at(-1)?.message).toBe('1099')
  })
})
