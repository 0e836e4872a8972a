import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { type WorkerProcess, Workers } from '../../src/local/workers.js'

/** A worker that does what a test says. */
class FakeWorker implements WorkerProcess {
  readonly processId: number
  onReady: (() => void) | undefined
  onExit: WorkerProcess['onExit']
  readonly signals: string[] = []

  constructor(processId: number) {
    this.processId = processId
  }

  kill(signal: string): void {
    this.signals.push(signal)
  }

  end(code: number | null = 0, signal: string | null = null): void {
    this.onExit?.({ code, signal })
  }
}

function stage(count: number) {
  const clock = new VirtualClock()
  const forked: FakeWorker[] = []
  const log: string[] = []
  const fork = (): WorkerProcess => {
    const worker = new FakeWorker(forked.length + 1)
    forked.push(worker)
    return worker
  }
  const note = (level: string) => (details: object) => void log.push(`${level} ${(details as { code?: string }).code}`)
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  const workers = new Workers({ count, stopTimeoutMs: 1000, fork, clock, logger })
  return { clock, forked, workers, log }
}

describe('workers', () => {
  it('are replaced when they die, later each time that one dies early, and soon again after one that has served for long', () => {
    const { clock, forked, log } = stage(2)
    for (const worker of forked) worker.onReady?.()
    const delays: number[] = []
    const dieAndCount = (): void => {
      const before = forked.length
      forked.at(-1)!.end(null, 'SIGKILL')
      let waitedMs = 0
      for (; forked.length === before && waitedMs < 20_000; waitedMs += 100) clock.advance(100)
      delays.push(waitedMs)
    }
    for (let death = 0; death < 8; death++) dieAndCount()
    forked.at(-1)!.onReady?.()
    clock.advance(10_000)
    dieAndCount()
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 100])
    expect(new Set(log)).toEqual(new Set(['error worker_ended']))
  })

  it('that end by themselves with code 0 are no error', () => {
    const { forked, log } = stage(1)
    forked[0]!.onReady?.()
    forked[0]!.end(0)
    expect(log).toEqual(['info undefined'])
  })

  it('end one after the other, and one that takes too long is killed', async () => {
    const { clock, forked, workers } = stage(3)
    for (const worker of forked) worker.onReady?.()
    workers.stop()
    expect(forked.map(({ signals }) => signals)).toEqual([['SIGTERM'], [], []])
    forked[0]!.end()
    expect(forked.map(({ signals }) => signals.length)).toEqual([1, 1, 0])
    clock.advance(1000)
    expect(forked[1]!.signals).toEqual(['SIGTERM', 'SIGKILL'])
    forked[1]!.end(null, 'SIGKILL')
    forked[2]!.end()
    await workers.ended
    clock.advance(10_000)
    expect(forked).toHaveLength(3)
  })

  it('that wait for their place to be taken are not started once all are to end', async () => {
    const { clock, forked, workers } = stage(1)
    forked[0]!.onReady?.()
    forked[0]!.end(1)
    workers.stop()
    await workers.ended
    clock.advance(10_000)
    expect(forked).toHaveLength(1)
  })

  it('are killed at once by a second stop', () => {
    const { forked, workers } = stage(2)
    workers.stop()
    workers.stop()
    expect(forked.map(({ signals }) => signals)).toEqual([['SIGTERM', 'SIGKILL'], ['SIGKILL']])
  })

  it('of which one ends before any has served are given up with worker_ended', async () => {
    const { forked, workers } = stage(2)
    forked[0]!.end(1)
    await expect(workers.ended).rejects.toMatchObject({ code: 'worker_ended' })
    expect(forked[1]!.signals).toContain('SIGTERM')
    expect(forked).toHaveLength(2)
  })
})
