import { createHttp } from '@tygase/http'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { InspectError } from '../../src/index.js'
import { createPrometheus } from '../../src/prometheus/index.js'
import { readExposition, sampleOf } from '../support/read-exposition.js'
import { playScript, scriptedRun } from '../support/scripted-run.js'

let end = async (): Promise<unknown> => undefined
afterEach(() => end())

async function begin() {
  const run = await scriptedRun()
  end = () => run.simulation.end()
  return run
}

const token = 'a token of sixteen and more'

describe('/metrics of a scripted run, read back by a reader that knows no prom-client,', () => {
  it('agrees exactly with the reading, with both ends and with the wire [M34]', async () => {
    const run = await begin()
    await playScript(run)
    await run.simulation.step(2000)
    const { simulation, metrics, wire } = run
    const http = createHttp({ routes: createPrometheus(metrics, { token }).routes, logger: false })
    const answer = await http.request(
      new Request('http://localhost/metrics', { headers: { authorization: `Bearer ${token}` } }),
      '203.0.113.7',
    )
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const found = readExposition(await answer.text())
    const value = (name: string, labels = {}) => sampleOf(found, `tygase_${name}`, labels)
    const reading = metrics.read()
    const stats = simulation.clients.map(({ connection }) => connection.stats)
    expect([value('packets_total', { direction: 'out' }), value('bytes_total', { direction: 'out' })]).toEqual([
      wire.packetsOut,
      wire.bytesOut,
    ])
    expect([value('packets_total', { direction: 'in' }), value('bytes_total', { direction: 'in' })]).toEqual([
      wire.packetsIn,
      wire.bytesIn,
    ])
    expect(value('packets_total', { direction: 'out' })).toBe(stats.reduce((sum, { packetsIn }) => sum + packetsIn, 0))
    expect(value('events_total', { outcome: 'received' })).toBe(14)
    expect(value('events_total', { outcome: 'acked' })).toBe(stats.reduce((sum, { eventsIn }) => sum + eventsIn, 0))
    expect(value('events_total', { outcome: 'sent' })).toBe(reading.deliveries.sent)
    expect(value('events_total', { outcome: 'timed_out' })).toBe(0)
    expect(value('events_pending')).toBe(0)
    expect(value('refusals_total', { code: 'no_wings' })).toBe(4)
    expect(value('sessions', { status: 'connected' })).toBe(3)
    expect(value('sessions', { status: 'suspended' })).toBe(0)
    expect(value('rooms', { kind: 'game' })).toBe(1)
    expect(value('ticks_total')).toBe(simulation.server.machine.tick)
    expect(value('tick_late_seconds_count')).toBe(simulation.server.machine.tick)
    expect(value('tick_late_seconds_bucket', { le: '0.001' })).toBe(simulation.server.machine.tick)
    expect(value('tick_late_seconds_bucket', { le: '+Inf' })).toBe(simulation.server.machine.tick)
    expect(value('tick_late_seconds_sum')).toBe(0)
    expect(value('states_total', { step: 'encoded' })).toBe(reading.encode.made)
    expect(value('states_total', { step: 'sent' })).toBe(reading.encode.sent)
    expect(value('memory_bytes', { part: 'rss' })).toBe(4000)
    expect(value('event_loop_delay_seconds', { quantile: '0.99' })).toBe(0.002)
    // every counter of the server is in it
    const numbers = new Set(found.samples.map((sample) => sample.value))
    for (const [name, count] of Object.entries(reading.counts)) expect(numbers, name).toContain(count)
    const phases = ['handling', 'update', 'network', 'idle'].map((phase) => value('phase_seconds_total', { phase }))
    expect(phases).toEqual(Object.values(metrics.phaseSeconds))
  })

  it('has buckets that grow, and a type for each name', async () => {
    const { simulation, metrics } = await begin()
    simulation.serverProcess.pause()
    await simulation.step(400)
    simulation.serverProcess.resume()
    await simulation.step(100)
    const found = readExposition(await createPrometheus(metrics).text())
    const buckets = found.samples.filter(({ name }) => name === 'tygase_tick_late_seconds_bucket')
    const counts = buckets.map(({ value }) => value)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts[0]).toBeLessThan(counts.at(-1)!)
    expect(sampleOf(found, 'tygase_tick_late_seconds_sum')).toBeGreaterThan(0.3)
    const ofHistogram = /_(?:bucket|sum|count)$/
    const untyped = found.samples.filter(
      ({ name }) => !found.types.has(name) && !found.types.has(name.replace(ofHistogram, '')),
    )
    expect(untyped).toEqual([])
    // no label for each room or client: of a name there are few samples
    const own = found.samples.filter(({ name }) => name.startsWith('tygase_'))
    const most = Math.max(...own.map(({ name }) => own.filter((other) => other.name === name).length))
    expect(most).toBeLessThan(20)
    expect(sampleOf(found, 'process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  it('has codes of rules as they are, whatever signs they have, and 50 of them at most', async () => {
    const { metrics, simulation } = await begin()
    const meter = simulation.server[(await import('@tygase/server/internal')).meteringOf].meter!
    const strange = 'a "code"\\n\nof two lines'
    meter.refused(strange)
    for (let i = 0; i < 100; i++) meter.refused(`code_${i}`)
    const found = readExposition(await createPrometheus(metrics, { registry: new Registry() }).text())
    expect(sampleOf(found, 'tygase_refusals_total', { code: strange })).toBe(1)
    const codes = found.samples.filter(({ name }) => name === 'tygase_refusals_total')
    expect(codes.length).toBe(51)
    expect(sampleOf(found, 'tygase_refusals_total', { code: 'other' })).toBe(51)
  })
})

describe('who may read /metrics', () => {
  const wrong = 'Bearer another token of some length'
  it.each([
    ['with the token', token, { authorization: `Bearer ${token}` }, '203.0.113.7', 200],
    ['with the token, from this machine', token, { authorization: `bearer ${token}` }, '127.0.0.1', 200],
    ['with another token', token, { authorization: wrong }, '127.0.0.1', 401],
    ['with a part of the token', token, { authorization: `Bearer ${token.slice(0, -1)}` }, '127.0.0.1', 401],
    ['with the token of no scheme', token, { authorization: token }, '127.0.0.1', 401],
    ['without a token, though there is one', token, {}, '127.0.0.1', 401],
    ['from this machine, if there is none', undefined, {}, '127.0.0.1', 200],
    ['from this machine by IPv6, if there is none', undefined, {}, '::1', 200],
    ['from elsewhere, if there is none', undefined, {}, '203.0.113.7', 403],
    ['from elsewhere with a token, if there is none', undefined, { authorization: wrong }, '203.0.113.7', 403],
    [
      'through a proxy of this machine, if there is none',
      undefined,
      { 'x-forwarded-for': '203.0.113.7' },
      '127.0.0.1',
      403,
    ],
    ['through a proxy that names nobody', undefined, { forwarded: 'for=unknown' }, '127.0.0.1', 403],
    ['from an address that is unknown', undefined, {}, undefined, 403],
    ['by a name that another page has given to this machine', undefined, { host: 'evil.example' }, '127.0.0.1', 403],
  ])('%s', async (_, own, headers, from, status) => {
    const { metrics } = await begin()
    const { routes } = createPrometheus(metrics, {
      registry: new Registry(),
      path: '/inner/metrics',
      token: own,
    })
    const http = createHttp({ routes, logger: false })
    const answer = await http.request(
      new Request('http://localhost/inner/metrics', {
        headers: { host: 'localhost:8080', ...(headers as Record<string, string>) },
      }),
      from,
    )
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const text = await answer.text()
    expect(text.includes('tygase_ticks_total')).toBe(status === 200)
    const codes: Record<number, string> = { 401: 'metrics_token_wrong', 403: 'metrics_not_local' }
    if (status !== 200) expect(JSON.parse(text)).toMatchObject({ code: codes[status] })
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
  })

  it.each([
    [{ token: 'short' }, 'token is a text of 16 characters or more'],
    [{ token: 5 as never }, 'token is a text of 16 characters or more'],
    [{ path: 'metrics' }, 'path is letters'],
    [{ path: '/:id' }, 'path is letters'],
    [{ tokens: '' } as never, "createPrometheus has no option 'tokens'"],
  ])('is not left open by the wrong options %j', async (options, message) => {
    const { metrics } = await begin()
    expect(() => createPrometheus(metrics, options)).toThrow(InspectError)
    expect(() => createPrometheus(metrics, options)).toThrow(message)
  })
})
