import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import type { CrewPort } from '../src/crew/crew-port.js'
import { newSlice, noteFault, noteTime, type Slice } from '../src/crew/slice.js'
import { joinsDue, LoadRun, type LoadRunOptions } from '../src/load-run.js'

/** A crew whose players join at once. */
class FakeCrew implements CrewPort {
  players = 0
  connected = 0
  hasEnded = false
  utilization = 0
  /** False: the next players are refused. */
  lets = true
  #slice = newSlice()

  join(): void {
    this.#slice.tried++
    this.players++
    if (!this.lets) return noteFault(this.#slice.failedJoins, 'room_full', 'the room is full')
    this.connected++
    noteTime(this.#slice.joins, 10)
  }

  /** Players lose their connections. */
  lose(count: number): void {
    this.connected -= count
    noteFault(this.#slice.losses, 'shutdown', 'the server was shut down', count)
  }

  async collect(): Promise<Slice> {
    const slice = this.#slice
    this.#slice = newSlice()
    Object.assign(slice, { connected: this.connected, utilization: this.utilization, versions: this.connected * 20 })
    return slice
  }

  async end(): Promise<Slice> {
    this.hasEnded = true
    return newSlice()
  }
}

function stage(options: Partial<LoadRunOptions> = {}) {
  const clock = new VirtualClock()
  const crews: FakeCrew[] = []
  const run = new LoadRun({
    clients: 10,
    seconds: 3,
    ramp: 5,
    maxThreads: 1,
    clock,
    onSecond() {},
    async startCrew() {
      const crew = new FakeCrew()
      crews.push(crew)
      return crew
    },
    ...options,
  })
  const playing = run.play()
  const pass = async (ms: number): Promise<void> => {
    for (const untilMs = clock.now() + ms; clock.now() < untilMs; ) {
      await new Promise(setImmediate)
      clock.advance(10)
    }
    await new Promise(setImmediate)
  }
  return { run, playing, crews, clock, pass }
}

describe('joins', () => {
  it.each([
    [0, 1],
    [199, 1],
    [200, 2],
    [1000, 6],
    [1800, 10],
    [60_000, 10],
  ])('after %i ms of a ramp of 5 a second are %i of 10', (passedMs, due) => {
    expect(joinsDue(10, 5, passedMs)).toBe(due)
  })

  it('keep to the ramp, and then the time of the game begins', async () => {
    const { run, playing, crews, pass } = stage()
    await pass(1040)
    expect(crews[0]!.players).toBe(6)
    await pass(10_000)
    expect(await playing).toBe('complete')
    expect(run.seconds.map(({ isSteady }) => isSteady)).toEqual([false, false, true, true, true])
    expect([run.whole.joins.count, run.steadySeconds, run.steady.versions]).toEqual([10, 3, 600])
    expect(crews[0]!.hasEnded).toBe(true)
  })

  it('go to another thread when one has too much to do, as long as more threads may begin', async () => {
    const { playing, crews, pass } = stage({ clients: 40, ramp: 10, maxThreads: 2 })
    await pass(1040)
    expect(crews).toHaveLength(1)
    crews[0]!.utilization = 0.9
    await pass(1000)
    expect(crews).toHaveLength(2)
    const { players } = crews[0]!
    await pass(2000)
    expect(crews[0]!.players).toBe(players)
    crews[1]!.utilization = 0.9
    await pass(6000)
    expect(await playing).toBe('complete')
    expect(crews).toHaveLength(2)
    expect(crews[0]!.players + crews[1]!.players).toBe(40)
  })
})

describe('a run', () => {
  it('ends when no player could join', async () => {
    const refusing = new FakeCrew()
    refusing.lets = false
    const { run, playing, pass } = stage({ startCrew: async () => refusing })
    await pass(5000)
    expect(await playing).toBe('none_joined')
    expect([run.whole.failedJoins.get('room_full')?.count, refusing.hasEnded]).toEqual([10, true])
  })

  it('ends five seconds after all players are gone', async () => {
    const { run, playing, crews, pass } = stage({ seconds: 100 })
    await pass(4000)
    crews[0]!.lose(10)
    await pass(8000)
    expect(await playing).toBe('server_lost')
    expect(run.seconds.at(-1)!.atSeconds).toBeLessThan(11)
  })

  it('is complete when all players have left by themselves', async () => {
    const { playing, crews, pass } = stage({ seconds: 100 })
    await pass(4000)
    crews[0]!.connected = 0
    await pass(8000)
    expect(await playing).toBe('complete')
  })

  it('that is interrupted ends in order, with all that it has', async () => {
    const { run, playing, crews, pass } = stage({ seconds: 100 })
    await pass(4500)
    run.interrupt()
    await pass(100)
    expect(await playing).toBe('interrupted')
    expect(crews[0]!.hasEnded).toBe(true)
    expect([run.whole.joins.count, run.steadySeconds]).toEqual([10, 2])
  })

  it('that is interrupted in the ramp begins no more joins', async () => {
    const { run, playing, pass } = stage()
    await pass(500)
    run.interrupt()
    await pass(2000)
    expect([await playing, run.begun]).toEqual(['interrupted', 3])
  })

  it('fails if a crew does, ends the others, and begins no more joins', async () => {
    const { run, playing, crews, pass } = stage({ clients: 1000 })
    await pass(500)
    crews[0]!.collect = () => Promise.reject(new Error('gone'))
    const failed = playing.catch((error: unknown) => error)
    await pass(2000)
    expect(await failed).toEqual(new Error('gone'))
    const { begun } = run
    await pass(2000)
    expect(run.begun).toBe(begun)
    expect(crews[0]!.hasEnded).toBe(true)
  })
})
