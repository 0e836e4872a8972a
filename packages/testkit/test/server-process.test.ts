import { describe, expect, it } from 'vitest'
import { datagrams, links, simulate } from '../src/index.js'
import { hall } from './support/hall.js'
import { listen, play } from './support/play.js'

describe.each([
  ['WebSocket', links.wifi],
  ['datagrams', datagrams(links.wifi)],
])('the process of a simulated server over %s', (_, link) => {
  const start = () => simulate({ game: hall, clients: 3, seed: 2, link, onConnect: listen })

  it('runs nothing while it is paused, drops the ticks that it cannot catch up, and goes on', async () => {
    const simulation = await start()
    const { serverProcess, server } = simulation
    const { tick } = server.machine
    serverProcess.pause()
    await simulation.step(2000)
    expect([serverProcess.isPaused, server.machine.tick]).toEqual([true, tick])
    serverProcess.resume()
    await simulation.step(1000)
    await simulation.settle()
    expect(server.machine.droppedSteps).toBeGreaterThan(20)
    expect(simulation.clients.map(({ connection }) => connection.status)).toEqual(Array(3).fill('connected'))
  })

  it('finds its sessions again after a restart [P15]', async () => {
    const simulation = await start()
    const ids = simulation.clients.map(({ connection }) => connection.clientId)
    await play(simulation, 1000)
    const began = simulation.nowMs
    await simulation.serverProcess.restart({ downMs: 1500 })
    expect(simulation.nowMs).toBe(began + 1500)
    await play(simulation, 1000)
    await simulation.settle()
    expect(simulation.clients.map(({ connection }) => connection.clientId)).toEqual(ids)
    expect(simulation.server.clients.size).toBe(3)
  })

  it('starts with a new room after a crash: clients are refused, and connect anew', async () => {
    const simulation = await start()
    const { serverProcess } = simulation
    await play(simulation, 1000)
    const ids = simulation.clients.map(({ connection }) => connection.clientId)
    const { store } = simulation.server
    serverProcess.crash()
    expect(serverProcess.hasCrashed).toBe(true)
    const { version } = store
    await simulation.settle()
    await serverProcess.restart({ downMs: 2000 })
    const { server } = simulation
    expect([serverProcess.hasCrashed, server.store === store, store.version]).toEqual([false, false, version])
    expect([server.store.version, server.clients.size]).toEqual([0, 0])
    await simulation.settle()
    expect(simulation.clients.map(({ connection }) => connection.closeInfo?.code)).toEqual(
      Array(3).fill('resume_failed'),
    )
    const again = await simulation.complete(simulation.addClient().connected)
    await play(simulation, 1000)
    await simulation.settle()
    expect(ids).not.toContain(again.clientId)
    expect([serverProcess.hasMet(again.clientId), serverProcess.hasMet(ids[0]!)]).toEqual([true, false])
    expect(again.state.guests.size).toBe(1)
    await simulation.end()
  })

  it('may crash while it is paused, and the end does not wait for it', async () => {
    const simulation = await start()
    simulation.serverProcess.pause()
    await play(simulation, 500)
    simulation.serverProcess.crash()
    await simulation.end()
  })

  it('passes its server to onStart before it runs, also after a crash', async () => {
    const seen: unknown[] = []
    const simulation = await simulate({
      game: hall,
      seed: 2,
      link,
      onStart: (server) => {
        seen.push(server, server.running)
        server.registerEventHandler('walk', () => 'by hand')
      },
    })
    const first = simulation.server
    simulation.serverProcess.crash()
    await simulation.serverProcess.restart()
    expect(seen).toEqual([first, false, simulation.server, false])
    const connection = await simulation.complete(simulation.addClient().connected)
    expect(await simulation.complete(connection.request('walk', 1))).toBe('by hand')
  })

  it('does the waiting work before it restarts out of a pause', async () => {
    const simulation = await start()
    const [first] = simulation.clients
    simulation.serverProcess.pause()
    first!.connection.dispatchEvent('walk', 1, { retries: Number.POSITIVE_INFINITY })
    await simulation.step(1000)
    await simulation.serverProcess.restart()
    await simulation.settle()
    expect(simulation.serverProcess.isPaused).toBe(false)
    expect(simulation.server.store.state.guests.get(first!.connection.clientId)?.steps).toBe(1)
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
    expect(simulation.server.store.versionCount).toBe(5)
    const third = simulation.addClient()
    await expect(simulation.complete(third.connected)).rejects.toMatchObject({ code: 'connect_refused' })
    expect([third.hasConnected, third.isGone]).toEqual([false, true])
    await simulation.settle()
  })
})

it('a restart gives clients over WebSocket its reason', async () => {
  const simulation = await simulate({ game: hall, clients: 3, seed: 2, link: links.wifi, onConnect: listen })
  const reasons: (string | undefined)[] = []
  for (const { connection } of simulation.clients) connection.onStatus((_status, info) => reasons.push(info?.reason))
  await simulation.serverProcess.restart({ downMs: 500, reason: 'a new map' })
  expect(reasons).toEqual(Array(3).fill('a new map'))
  await simulation.settle()
  expect(simulation.clients.every(({ connection }) => connection.status === 'connected')).toBe(true)
})
