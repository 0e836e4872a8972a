import { describe, expect, it } from 'vitest'
import { asLine, createLog } from '../../src/server/log.js'

describe('asLine', () => {
  const time = new Date(2026, 0, 1, 12, 34, 56).getTime()

  it('writes time, message and details', () => {
    const json = JSON.stringify({ level: 30, time, pid: 1, hostname: 'h', msg: 'it runs', port: 80, name: 'x' })
    expect(asLine(json)).toBe('12:34:56 it runs port=80 name=x')
  })

  it('names the level where it is not the usual one, and shows where an error comes from', () => {
    const json = JSON.stringify({ level: 50, time, msg: 'failed', err: { message: 'no', stack: 'Error: no\n  at x' } })
    expect(asLine(json)).toBe('12:34:56 error failed\nError: no\n  at x')
  })
})

describe('createLog', () => {
  it('writes what the level lets through, a message that repeats once', () => {
    const lines: string[] = []
    const log = createLog('warn', (line) => lines.push(line))
    log.info('quiet')
    log.warn({ behind: 1 }, 'ticks were dropped')
    log.warn({ behind: 2 }, 'ticks were dropped')
    log.error('another')
    expect(lines.map((line) => line.slice(9))).toEqual(['warn ticks were dropped behind=1\n', 'error another\n'])
  })
})
