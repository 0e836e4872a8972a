import { describe, expect, it } from 'vitest'
import { TickLog, tickFiguresOf } from '../src/net/tick-log.js'

function logOf(startsMs: readonly number[]): TickLog {
  const log = new TickLog(20)
  for (const startMs of startsMs) log.note(startMs)
  return log
}

describe('the log of ticks', () => {
  it('counts as late what a tick came later than one interval after the one before', () => {
    expect(tickFiguresOf([logOf([0, 50, 110, 160])])).toEqual({ ticks: 3, latenessP50Ms: 0, latenessP99Ms: 10 })
  })

  it('does not set a tick that makes up for a late one against it', () => {
    expect(tickFiguresOf([logOf([0, 80, 100])])).toEqual({ ticks: 2, latenessP50Ms: 0, latenessP99Ms: 30 })
  })

  it('measures the first tick after a reset from the last one before', () => {
    const log = logOf([0, 90])
    log.reset()
    log.note(150)
    expect(tickFiguresOf([log])).toEqual({ ticks: 1, latenessP50Ms: 10, latenessP99Ms: 10 })
  })

  it('has no ticks before the second one', () => {
    expect(tickFiguresOf([logOf([20])]).ticks).toBe(0)
  })

  it('takes the ticks of all rooms together, each measured in its own', () => {
    expect(tickFiguresOf([logOf([0, 50, 130]), logOf([25, 75, 125])])).toEqual({
      ticks: 2,
      latenessP50Ms: 0,
      latenessP99Ms: 30,
    })
  })
})
