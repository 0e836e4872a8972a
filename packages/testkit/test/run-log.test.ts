import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { RunLog } from '../src/run-log.js'

describe('the log of a run', () => {
  it('keeps warnings and errors, with part and time', () => {
    const clock = new VirtualClock(7)
    const log = new RunLog(clock)
    const logger = log.loggerOf('client 1')
    logger.debug({}, 'a')
    logger.info({}, 'b')
    logger.warn({ n: 1 }, 'c')
    logger.error({ err: new Error('broken') }, 'd')
    expect(log.problems.map(({ atMs, who, level, message }) => [atMs, who, level, message])).toEqual([
      [7, 'client 1', 'warn', 'c'],
      [7, 'client 1', 'error', 'd'],
    ])
    expect(log.describeErrors()).toEqual(['at 7 ms client 1 logged: d: Error: broken'])
  })

  it('keeps the newest thousand', () => {
    const log = new RunLog(new VirtualClock())
    const logger = log.loggerOf('server')
    for (let i = 0; i < 1100; i++) logger.warn({}, String(i))
    expect(log.problems).toHaveLength(1000)
    expect(log.problems.at(-1)?.message).toBe('1099')
  })

  it('has a fingerprint that differs with each bit, each moment and each direction of a packet', () => {
    const fingerprintOf = (atMs: number, fromServer: boolean, byte: number) => {
      const log = new RunLog(new VirtualClock(atMs))
      log.notePacket(1, fromServer, Uint8Array.of(byte))
      return log.fingerprint
    }
    const one = fingerprintOf(5, true, 1)
    expect(fingerprintOf(5, true, 1)).toBe(one)
    expect([fingerprintOf(6, true, 1), fingerprintOf(5, false, 1), fingerprintOf(5, true, 3)]).not.toContain(one)
  })
})
