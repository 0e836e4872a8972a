import { Server } from '@tygase/server'
import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, InspectError, type MetricsReading } from '../../src/index.js'
import { mostPoints } from '../../src/metrics/series.js'
import { PaperProcess, playScript, scriptedRun } from '../support/scripted-run.js'

let end = async (): Promise<unknown> => undefined
afterEach(() => end())

async function begin(probe?: PaperProcess) {
  const run = await scriptedRun(probe)
  end = () => run.simulation.end()
  return run
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0
  for (const number of numbers) sum += number
  return sum
}

describe('the metrics of a scripted run in virtual time', () => {
  it('agree exactly with the clients, with the wire and with the counters of the server [M34]', async () => {
    const run = await begin()
    await playScript(run)
    await run.simulation.step(2000)
    const { simulation, metrics, wire } = run
    const reading = metrics.read()
    const stats = simulation.clients.map(({ connection }) => connection.stats)
    const atClients = (name: keyof (typeof stats)[number] & string) => sumOf(stats.map((each) => Number(each[name])))
    expect(reading.counts).toEqual(simulation.server.counters.snapshot())
    expect([reading.counts.packetsOut, reading.counts.bytesOut]).toEqual([wire.packetsOut, wire.bytesOut])
    expect([reading.counts.packetsIn, reading.counts.bytesIn]).toEqual([wire.packetsIn, wire.bytesIn])
    expect([reading.packets.assembled, reading.packets.received]).toEqual([
      atClients('packetsIn'),
      atClients('packetsOut'),
    ])
    expect([reading.counts.bytesOut, reading.counts.bytesIn]).toEqual([atClients('bytesIn'), atClients('bytesOut')])
    // events of the library itself, such as news of members, are sent and acked as well
    expect(reading.deliveries).toEqual({
      sent: atClients('eventsIn'),
      acked: atClients('eventsIn'),
      timedOut: 0,
      pending: 0,
    })
    expect(reading.deliveries.sent).toBeGreaterThanOrEqual(18)
    expect(reading.counts.eventsIn).toBe(14)
    expect(reading.refusals).toEqual({ no_wings: 4 })
    expect(reading.sessions).toEqual({ connected: 3, suspended: 0 })
    expect(reading.rooms).toEqual({ total: 1, byKind: { game: 1 } })
    expect(reading.queues).toEqual({ waitingEvents: 0, handshakes: 0, arrivals: 0, bufferedBytes: 0 })
    expect(reading.ticks).toMatchObject({ made: simulation.server.machine.tick, dropped: 0, perSecond: 20 })
    expect(reading.ticks.lateMs).toEqual({ p50: 0, p99: 0, max: 0 })
    expect(reading.encode.sent).toBeGreaterThan(reading.encode.made)
    expect(reading.journal).toEqual({ waitingBytes: 0, failures: 0 })
    expect(reading.memory.rssBytes).toBe(4000)
  })

  it('count an event whose client has gone as pending, and then as timed out [M34]', async () => {
    const { simulation, metrics } = await begin()
    await simulation.step(1000)
    const before = metrics.read().deliveries
    simulation.clients[0]!.cut({ silent: true })
    simulation.server.dispatchEvent('cheer', 1)
    await simulation.step(1000)
    const { deliveries } = metrics.read()
    expect(deliveries).toEqual({
      sent: before.sent + 3,
      acked: before.acked + 2,
      timedOut: 0,
      pending: 1,
    })
    await simulation.step(60_000)
    const later = metrics.read()
    const { sent, acked, timedOut, pending } = later.deliveries
    expect(pending).toBe(0)
    expect(sent - acked).toBeGreaterThan(0)
    // one more was to be sent while there was no transport for it
    expect(timedOut).toBe(sent - acked + 1)
    simulation.clients[0]!.crash()
  })

  it('show a session that may resume as suspended', async () => {
    const { simulation, metrics } = await begin()
    simulation.clients[1]!.cut()
    await simulation.step(100)
    expect(metrics.read().sessions).toEqual({ connected: 2, suspended: 1 })
    simulation.clients[1]!.heal()
    await simulation.settle()
    expect(metrics.read().sessions).toEqual({ connected: 3, suspended: 0 })
  })

  it('have the time of each second in four shares that sum to 100 % [M34]', async () => {
    const run = await begin(new PaperProcess(0.5))
    await playScript(run)
    await run.simulation.step(2000)
    const reading = run.metrics.read()
    const { points } = reading.series
    const shares = points.idle.map((idle, i) => idle + points.handling[i]! + points.update[i]! + points.network[i]!)
    expect(shares.length).toBeGreaterThan(2)
    for (const share of shares) expect(Math.abs(share - 1)).toBeLessThan(0.01)
    const { handling, update, network, idle } = reading.profile
    expect(Math.abs(handling + update + network + idle - 1)).toBeLessThan(0.01)
    // the game ran, and was sent, while events came
    expect(points.update[0]).toBeGreaterThan(0)
    expect(points.network[0]).toBeGreaterThan(0)
    expect(idle).toBeCloseTo(0.5, 1)
    expect(sumOf(Object.values(run.metrics.phaseSeconds))).toBeGreaterThan(0)
  })

  it('keep one point a second and 300 at most, the newest one last [M34]', async () => {
    const run = await begin()
    const { simulation, metrics } = run
    const sizesOf = ({ series }: MetricsReading) => [
      ...new Set(Object.values(series.points).map(({ length }) => length)),
    ]
    await simulation.step(10_000 - (metrics.read().uptimeMs % 1000))
    expect(sizesOf(metrics.read())).toEqual([10])
    await simulation.step(295_000)
    const before = metrics.read()
    expect(sizesOf(before)).toEqual([mostPoints])
    expect(before.series.startMs + (mostPoints - 1) * before.series.everyMs).toBeLessThanOrEqual(before.atMs)
    await playScript(run)
    await simulation.step(1000)
    const after = metrics.read()
    expect(sizesOf(after)).toEqual([mostPoints])
    const eventsSeen = sumOf(after.series.points.acked.slice(-4))
    expect(eventsSeen).toBeGreaterThanOrEqual(18)
    expect(after.series.points.ticksPerSecond.at(-1)).toBe(20)
    expect(after.series.startMs).toBeGreaterThan(before.series.startMs)
  })

  it('have as many points as seconds have passed if the process stood still', async () => {
    const { simulation, metrics } = await begin()
    await simulation.step(2500)
    const before = metrics.read()
    simulation.serverProcess.pause()
    await simulation.step(5000)
    simulation.serverProcess.resume()
    await simulation.step(10)
    const { series, atMs, ticks } = metrics.read()
    const added = series.points.idle.length - before.series.points.idle.length
    expect(added).toBe(Math.floor((atMs - before.series.startMs) / 1000) - before.series.points.idle.length + 1)
    // what the process could not make up for is not made
    expect(ticks.dropped).toBe(simulation.server.machine.droppedSteps)
    expect(ticks.dropped).toBeGreaterThan(50)
    expect(ticks.lateMs.max).toBeGreaterThan(4000)
    expect(ticks.lateMs.p99).toBeLessThanOrEqual(ticks.lateMs.max)
  })

  it('begin anew with their rings when the server runs again, and keep no timer while it does not', async () => {
    const { simulation, metrics, probe } = await begin()
    await simulation.step(5000)
    await simulation.serverProcess.restart({ downMs: 20_000 })
    await simulation.settle()
    expect(metrics.read().series.points.idle.length).toBeLessThan(10)
    expect(probe).toMatchObject({ isOpen: true })
    metrics.close()
    metrics.close()
    expect(probe).toMatchObject({ isOpen: false })
    const { ticks, series } = metrics.read()
    await simulation.step(3000)
    expect(metrics.read().ticks.made).toBe(ticks.made)
    expect(metrics.read().series).toEqual(series)
  })
})

describe('createMetrics', () => {
  it('gives a server one object, until that is closed', () => {
    const server = new Server({ logger: false })
    const metrics = createMetrics(server)
    expect(createMetrics(server)).toBe(metrics)
    metrics.close()
    const next = createMetrics(server)
    expect(next).not.toBe(metrics)
    next.close()
  })

  it('takes a server alone', () => {
    expect(() => createMetrics({} as Server)).toThrow(InspectError)
    expect(() => createMetrics(undefined as never)).toThrow('createMetrics takes a Server')
  })

  it('counts refusals of clients by code, the ones by the rules of the server by their own', async () => {
    const server = new Server({
      logger: false,
      auth: () => {
        throw new Error('nobody comes in')
      },
    })
    const metrics = createMetrics(server)
    server.define('arena', (await import('../support/empty-game.js')).emptyGame)
    await server.run({ port: false })
    const { connect } = await import('@tygase/client')
    await connect(server.at('/nowhere'), { logger: false }).catch(() => {})
    await connect(server.at('/arena'), { logger: false }).catch(() => {})
    const { refusals, counts } = metrics.read()
    expect(counts.refusedTransports).toBe(2)
    expect(sumOf(Object.values(refusals))).toBe(2)
    expect(refusals).toMatchObject({ unknown_room: 1 })
    await server.shutdown()
  })
})
