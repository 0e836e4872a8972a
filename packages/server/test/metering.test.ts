import { expect, it } from 'vitest'
import { Server } from '../src/index.js'
import { type Meter, meteringOf } from '../src/metering.js'
import { setStage } from './support/stage.js'

/** Notes what a server reports. */
class NotedMeter implements Meter {
  readonly notes: string[] = []
  #phase: ReturnType<Meter['enter']> = 'handling'

  ticked(lateMs: number): void {
    this.notes.push(`tick ${lateMs}`)
  }

  dropped(ticks: number): void {
    this.notes.push(`dropped ${ticks}`)
  }

  refused(code: string): void {
    this.notes.push(`refused ${code}`)
  }

  turned(isRunning: boolean): void {
    this.notes.push(isRunning ? 'runs' : 'ends')
  }

  enter(phase: ReturnType<Meter['enter']>): ReturnType<Meter['enter']> {
    const before = this.#phase
    this.#phase = phase
    this.notes.push(phase)
    return before
  }

  leave(before: ReturnType<Meter['enter']>): void {
    this.notes.push(`back to ${before}`)
    this.#phase = before
  }
}

it('a server with a meter reports its ticks, its rules, its sending and its refusals, in their order', async () => {
  const { clock, server, join } = await setStage()
  const { client } = join()
  clock.advance(1000)
  const meter = new NotedMeter()
  const metering = server[meteringOf]
  expect(metering.isRunning).toBe(true)
  metering.meter = meter
  const refused = client.send('add', 'no number').catch(() => {})
  clock.advance(100)
  await refused
  expect(meter.notes.filter((note) => note.startsWith('refused'))).toEqual(['refused event_invalid'])
  expect(meter.notes).toContain('tick 0')
  meter.notes.length = 0
  void client.send('add', 2)
  clock.advance(100)
  const first = meter.notes.indexOf('update')
  // the tick has begun before its rules, and its state is sent after them
  expect(meter.notes[first - 1]).toBe('tick 0')
  expect(meter.notes.slice(first, first + 4)).toEqual(['update', 'back to handling', 'network', 'back to handling'])
  meter.notes.length = 0
  metering.meter = undefined
  clock.advance(1000)
  expect(meter.notes).toEqual([])
})

it('a server says when it begins and ends to serve', async () => {
  const server = new Server({ logger: false })
  const meter = new NotedMeter()
  const metering = server[meteringOf]
  metering.meter = meter
  expect(metering.isRunning).toBe(false)
  await server.run({ port: false })
  expect(metering.isRunning).toBe(true)
  await server.shutdown()
  expect(metering.isRunning).toBe(false)
  expect(meter.notes).toEqual(['runs', 'ends'])
})
