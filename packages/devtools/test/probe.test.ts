import { connect } from '@tygase/client'
import { Server } from '@tygase/server'
import { describe, expect, test, vi } from 'vitest'
import { ByteCounter } from '../src/byte-table.js'
import { differencesBetween } from '../src/differences.js'
import { Registry } from '../src/registry.js'
import { discs, type Play, page, play, predicted } from './stage.js'

const connectionsOf = ({ simulation }: Play) => simulation.clients.map(({ connection }) => connection)

describe('the probe of a connection', () => {
  test('has each version as it came, with the bytes of its message', async () => {
    const scene = await play()
    const [ada] = connectionsOf(scene)
    ada!.dispatchEvent('run', { vx: 10 })
    await scene.simulation.step(3000)
    const [{ versions }] = scene.probes as [Play['probes'][0]]
    expect(versions.all.length).toBeGreaterThan(50)
    expect(versions.newest).toMatchObject({ version: ada!.version, state: ada!.state })
    for (const kept of versions.all.slice(1)) {
      expect(versions.find(kept.base!), `base of ${kept.version}`).toBeDefined()
      expect(kept.delta.length).toBeGreaterThan(0)
      expect(differencesBetween(versions.find(kept.base!)!.state, kept.state).list.length).toBeGreaterThan(0)
    }
    await scene.simulation.end()
  })

  test('takes readings that agree with the connection, and changes nothing that it does', async () => {
    const scene = await play(predicted())
    const [ada] = connectionsOf(scene)
    const [probe] = scene.probes
    ada!.dispatchEvent('run', { vx: 3 })
    await scene.simulation.step(5000)
    const { newest, samples } = probe!.figures
    const { stats, rttMs, jitterMs } = ada!
    expect(newest!.packetsIn).toBeGreaterThan(stats.packetsIn - 10)
    expect(newest!.bytesIn).toBeLessThanOrEqual(stats.bytesIn)
    expect(Math.abs(newest!.rttMs! - rttMs!) + Math.abs(newest!.jitterMs! - jitterMs!)).toBeLessThan(5)
    expect(samples.length).toBeGreaterThanOrEqual(15)
    expect(newest!.leadMs).toBeGreaterThan(0)
    await scene.simulation.end()
  })

  test('knows what was sent, refused and received, and the status', async () => {
    const scene = await play()
    const [ada, bob] = connectionsOf(scene)
    const [probe] = scene.probes
    const handler = vi.fn()
    ada!.registerEventHandler('thrown', handler)
    ada!.registerEventHandler('thrown', () => {})
    const onFail = vi.fn()
    const data = { vx: 5 }
    ada!.dispatchEvent('run', data)
    data.vx = 7
    ada!.dispatchEvent('run', { vx: 5000 }, { onFail })
    bob!.dispatchEvent('throwAll')
    await scene.simulation.step(1000)
    await expect(scene.simulation.complete(ada!.request('run', { vx: 6000 }))).rejects.toMatchObject({
      code: 'too_fast',
    })
    scene.simulation.clients[0]!.cut()
    await scene.simulation.step(500)
    const seen = probe!.happenings.map(({ kind, name, data: what }) => [kind, name, what])
    expect(seen).toEqual([
      ['status', 'connected', undefined],
      ['sent', 'run', { vx: 5 }],
      ['sent', 'run', { vx: 5000 }],
      ['refused', 'run', 'too_fast: discs are not so fast'],
      ['received', 'thrown', { id: bob!.clientId }],
      ['sent', 'run', { vx: 6000 }],
      ['refused', 'run', 'too_fast: discs are not so fast'],
      ['status', 'suspended', expect.any(String)],
    ])
    expect(handler).toHaveBeenCalledTimes(1)
    expect(onFail).toHaveBeenCalledTimes(1)
    expect(probe!.sentEvents.map(({ refused }) => refused)).toEqual([undefined, 'too_fast', 'too_fast'])
    await scene.simulation.end()
  })

  test('logs a refusal without onFail as the connection does', async () => {
    const warn = vi.fn()
    const registry = new Registry()
    const server = new Server({ game: discs, logger: false })
    await server.run({ port: false })
    page.tygaseHook = registry.add
    const logger = { debug() {}, info() {}, warn, error() {} }
    const connection = await connect(server, { game: discs, logger })
    delete page.tygaseHook
    connection.dispatchEvent('run', { vx: 5000 })
    // in its turn after the event
    await connection.request('run', { vx: 1 })
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'run', code: 'too_fast' }),
      expect.stringContaining('refused an event without onFail'),
    )
    expect(registry.probe!.sentEvents.map(({ refused }) => refused)).toEqual(['too_fast', undefined])
    await server.shutdown({ endSessions: true })
  })

  test('makes the network worse, and cuts it', async () => {
    const scene = await play()
    const [ada] = connectionsOf(scene)
    const [probe] = scene.probes
    await scene.simulation.step(4000)
    const before = ada!.rttMs!
    probe!.link.change({ latencyMs: 100 })
    await scene.simulation.step(60_000)
    expect(ada!.rttMs! - before).toBeGreaterThan(150)
    const { version } = ada!
    probe!.link.cut({ silent: true })
    await scene.simulation.step(1000)
    expect(ada!.version - version).toBeLessThan(10)
    probe!.link.heal()
    await scene.simulation.settle()
    expect(ada!.status).toBe('connected')
    await scene.simulation.end()
  })

  test('finds corrections where they happen, with how far', async () => {
    const scene = await play(predicted(), 100)
    const [ada, bob] = connectionsOf(scene)
    const [probe] = scene.probes
    await scene.simulation.step(2000)
    for (let turn = 0; turn < 40; turn++) {
      ada!.dispatchEvent('run', { vx: 100 + turn })
      ada!.scene()
      if (turn === 20) bob!.dispatchEvent('throwAll')
      await scene.simulation.step(50)
    }
    const thrown = probe!.corrections.all.filter(({ by }) => Math.abs((by.x ?? 0) - 100) < 1)
    expect(thrown).toHaveLength(1)
    expect(thrown[0]).toMatchObject({ key: 'discs', id: ada!.clientId, version: expect.any(Number) })
    const { before, after } = thrown[0]!
    expect(Number(after.x) - Number(before.x)).toBeCloseTo(100, 0)
    await scene.simulation.end()
  })

  test('finds no corrections while only own events happen, which come in time', async () => {
    const scene = await play(predicted(), 60)
    const [ada] = connectionsOf(scene)
    await scene.simulation.step(3000)
    for (let turn = 0; turn < 60; turn++) {
      if (turn % 6 === 0) ada!.dispatchEvent('run', { vx: turn })
      ada!.scene()
      await scene.simulation.step(50)
    }
    expect(ada!.feel.rebases).toBeGreaterThan(30)
    expect(scene.probes[0]!.corrections.all).toEqual([])
    await scene.simulation.end()
  })
})

describe('the handlers of a page', () => {
  test('leave none behind: an event without a handler is still refused, and warned of', async () => {
    const warn = vi.fn()
    const registry = new Registry()
    const server = new Server({ game: discs, logger: false })
    await server.run({ port: false })
    page.tygaseHook = registry.add
    const logger = { debug() {}, info() {}, warn, error() {} }
    const connection = await connect(server, { game: discs, logger })
    delete page.tygaseHook
    const first = vi.fn()
    const offs = [first, () => {}].map((handler) => connection.registerEventHandler('thrown', handler))
    await connection.request('throwAll')
    await vi.waitFor(() => expect(first).toHaveBeenCalledTimes(1))
    for (const off of [...offs, ...offs]) off()
    await connection.request('throwAll')
    await vi.waitFor(() =>
      expect(warn).toHaveBeenCalledWith({ event: 'thrown' }, 'an event without a handler was dropped'),
    )
    const received = registry.probe!.happenings.filter(({ kind }) => kind === 'received')
    expect(received).toHaveLength(1)
    await server.shutdown({ endSessions: true })
  })

  test('have what they change in an event kept as it came', async () => {
    const scene = await play()
    const [ada, bob] = connectionsOf(scene)
    ada!.registerEventHandler('thrown', (data) => {
      data.id = 'another'
    })
    bob!.dispatchEvent('throwAll')
    await scene.simulation.step(1000)
    const received = scene.probes[0]!.happenings.filter(({ kind }) => kind === 'received')
    expect(received.map(({ data }) => data)).toEqual([{ id: bob!.clientId }])
    await scene.simulation.end()
  })
})

describe('versions whose numbers begin anew', () => {
  test('take what happened beside the old ones with them', async () => {
    const scene = await play(predicted())
    const [ada] = connectionsOf(scene)
    const [probe] = scene.probes
    ada!.dispatchEvent('run', { vx: 5 })
    await scene.simulation.step(3000)
    expect(probe!.sentEvents).toHaveLength(1)
    probe!.corrections.compare(
      { discs: new Map([['a', { x: 1 }]]) },
      { discs: new Map([['a', { x: 2 }]]) },
      [new Map([['discs', new Set(['a'])]])],
      probe!.nowMs,
      40,
    )
    // as after a restart of the server: the next version that comes is not later than the newest one
    const { newest } = probe!.versions
    probe!.versions.add({ ...newest!, version: 100_000 })
    await scene.simulation.step(1000)
    expect(probe!.versions.all[0]!.version).toBeLessThan(100_000)
    expect([probe!.happenings, probe!.sentEvents, probe!.corrections.all]).toEqual([[], [], []])
    await scene.simulation.end()
  })
})

describe('the bytes of a connection', () => {
  test('add up to those of the versions, and name the fields that cost them', async () => {
    const scene = await play()
    const [ada, bob] = connectionsOf(scene)
    ada!.dispatchEvent('run', { vx: 12.34 })
    bob!.dispatchEvent('run', { vx: -7.1 })
    await scene.simulation.step(5000)
    const [{ versions }] = scene.probes as [Play['probes'][0]]
    const counter = new ByteCounter()
    const table = counter.table(versions, 2000)!
    const recent = versions.all.filter(({ atMs }) => atMs >= versions.newest!.atMs - 2000)
    const [first, last] = [recent[0]!, recent.at(-1)!]
    const bytes = recent.slice(1).reduce((sum, { delta }) => sum + delta.length, 0)
    expect(table.versions).toBe(recent.length - 1)
    expect(table.rate).toBeCloseTo((bytes * 1000) / (last.atMs - first.atMs))
    expect(table.lines.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    expect(table.lines.map(({ name }) => name).sort()).toEqual(['discs', 'discs.x', 'heads'])
    expect(counter.table(versions, 2000)).toEqual(table)
    await scene.simulation.end()
  })

  test('are not known before there are two versions', async () => {
    const scene = await play()
    const { versions } = scene.probes[0]!
    expect(new ByteCounter().table(versions, 0)).toBeUndefined()
    await scene.simulation.end()
  })
})

describe('the registry', () => {
  test('shows the newest connection of a game that lives, or the chosen one', async () => {
    const { simulation, registry, probes } = await play()
    const [ada, bob] = probes
    expect(probes).toHaveLength(2)
    expect(registry.probe).toBe(bob)
    registry.choose(ada!)
    expect(registry.probe).toBe(ada)
    expect(registry.of(simulation.clients[1]!.connection)).toBe(bob)
    expect(registry.probe!.game).toBe(discs)
    await simulation.complete(simulation.clients[0]!.connection.disconnect())
    expect(registry.probe).toBe(bob)
    await simulation.end()
  })
})
