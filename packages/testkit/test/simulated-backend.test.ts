import { describe, expect, it } from 'vitest'
import { datagrams, links, simulate } from '../src/index.js'
import { hall } from './support/hall.js'
import { listen, play } from './support/play.js'

describe.each([
  ['WebSocket', links.wifi],
  ['datagrams', datagrams(links.wifi)],
])('a simulated backend over %s', (_, link) => {
  const start = () => simulate({ game: hall, clients: 3, seed: 2, link, onConnect: listen })

  it('stands still while it is paused, drops the ticks that it cannot catch up, and goes on', async () => {
    const simulation = await start()
    const { backend } = simulation
    const { tick } = backend.machine
    backend.pause()
    await simulation.step(2000)
    expect([backend.isPaused, backend.machine.tick]).toEqual([true, tick])
    backend.resume()
    await simulation.step(1000)
    await simulation.settle()
    expect(backend.machine.droppedSteps).toBeGreaterThan(20)
    expect(simulation.clients.map(({ connection }) => connection.status)).toEqual(Array(3).fill('connected'))
  })

  it('finds its sessions again after a restart [P15]', async () => {
    const simulation = await start()
    const ids = simulation.clients.map(({ connection }) => connection.clientId)
    await play(simulation, 1000)
    const began = simulation.nowMs
    await simulation.backend.restart({ downMs: 1500 })
    expect(simulation.nowMs).toBe(began + 1500)
    await play(simulation, 1000)
    await simulation.settle()
    expect(simulation.clients.map(({ connection }) => connection.clientId)).toEqual(ids)
    expect(simulation.backend.server.connections.size).toBe(3)
  })

  it('begins a new world when it is started after a crash: the clients are told, and connect anew', async () => {
    const simulation = await start()
    const { backend } = simulation
    await play(simulation, 1000)
    const ids = simulation.clients.map(({ connection }) => connection.clientId)
    const { store } = backend
    backend.crash()
    expect(backend.hasCrashed).toBe(true)
    const { version } = store
    await simulation.settle()
    await backend.restart({ downMs: 2000 })
    expect([backend.hasCrashed, backend.store === store, store.version]).toEqual([false, false, version])
    expect([backend.store.version, backend.server.connections.size]).toEqual([0, 0])
    await simulation.settle()
    expect(simulation.clients.map(({ connection }) => connection.closeInfo?.code)).toEqual(
      Array(3).fill('resume_failed'),
    )
    const again = await simulation.complete(simulation.addClient().connected)
    await play(simulation, 1000)
    await simulation.settle()
    expect(ids).not.toContain(again.clientId)
    expect([backend.hasMet(again.clientId), backend.hasMet(ids[0]!)]).toEqual([true, false])
    expect(again.state.guests.size).toBe(1)
    await simulation.end()
  })

  it('may crash while it is paused, and nothing waits for it then', async () => {
    const simulation = await start()
    simulation.backend.pause()
    await play(simulation, 500)
    simulation.backend.crash()
    await simulation.end()
  })

  it('is handed out before it serves, each time that its process begins', async () => {
    const seen: unknown[] = []
    const simulation = await simulate({
      game: hall,
      seed: 2,
      link,
      onStart: ({ server, hasCrashed }) => {
        seen.push(server, server.running, hasCrashed)
        server.registerEventHandler('walk', () => 'by hand')
      },
    })
    const { backend } = simulation
    const [first] = [backend.server]
    backend.crash()
    await backend.restart()
    expect(seen).toEqual([first, false, false, backend.server, false, false])
    const connection = await simulation.complete(simulation.addClient().connected)
    expect(await simulation.complete(connection.request('walk', 1))).toBe('by hand')
  })

  it('does what piled up before it when it is restarted out of a pause', async () => {
    const simulation = await start()
    const [first] = simulation.clients
    simulation.backend.pause()
    first!.connection.dispatchEvent('walk', 1, { retries: Number.POSITIVE_INFINITY })
    await simulation.step(1000)
    await simulation.backend.restart()
    await simulation.settle()
    expect(simulation.backend.isPaused).toBe(false)
    expect(simulation.backend.store.state.guests.get(first!.connection.clientId)?.steps).toBe(1)
  })

  it('takes its options from the simulation', async () => {
    const simulation = await simulate({
      game: hall,
      clients: 2,
      seed: 2,
      link,
      server: { maxVersions: 5, maxSessions: 2 },
    })
    await simulation.step(1000)
    expect(simulation.backend.store.versionCount).toBe(5)
    const third = simulation.addClient()
    await expect(simulation.complete(third.connected)).rejects.toMatchObject({ code: 'connect_refused' })
    expect([third.hasConnected, third.isGone]).toEqual([false, true])
    await simulation.settle()
  })
})

it('tells clients over WebSocket why it restarts', async () => {
  const simulation = await simulate({ game: hall, clients: 3, seed: 2, link: links.wifi, onConnect: listen })
  const reasons: (string | undefined)[] = []
  for (const { connection } of simulation.clients) connection.onStatus((_status, info) => reasons.push(info?.reason))
  await simulation.backend.restart({ downMs: 500, reason: 'a new map' })
  expect(reasons).toEqual(Array(3).fill('a new map'))
  await simulation.settle()
  expect(simulation.clients.every(({ connection }) => connection.status === 'connected')).toBe(true)
})
