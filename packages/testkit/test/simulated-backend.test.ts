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

  it('finds its sessions again after a restart', async () => {
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
