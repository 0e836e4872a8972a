import { simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { tickRate, world } from '../src/world.js'

/** The world over a simulated network, with so many players in it. */
async function simulated(clients: number) {
  const simulation = await simulate({ game: world, clients, seed: 1 })
  for (const { connection, index } of simulation.clients) {
    simulation.server.pushEvent('enter', { x: 0, y: 0, z: 0 }, connection.clientId)
    await simulation.runUntil(() => connection.state.players.size > index)
  }
  return simulation
}

describe('the world', () => {
  it('makes ten ticks a second over a minute [R10]', async () => {
    const simulation = await simulated(1)
    const { machine } = simulation.server
    const before = machine.tick
    await simulation.step(60_000)
    expect(Math.abs(machine.tick - before - 60 * tickRate)).toBeLessThanOrEqual(1)
    await simulation.end()
  })

  it('catches up half a second in which its process stood still, tick by tick [R10]', async () => {
    const simulation = await simulated(1)
    const { machine, store } = simulation.server
    const { connection } = simulation.clients[0]!
    await simulation.complete(connection.request('mov', { x: 100, y: 0, z: 0 }))
    await simulation.step(1000)
    const { tick } = machine
    const { x } = store.state.players.get(connection.clientId)!
    simulation.serverProcess.pause()
    await simulation.step(500)
    expect(machine.tick).toBe(tick)
    simulation.serverProcess.resume()
    await simulation.step(0)
    expect(machine.tick).toBe(tick + 5)
    expect(store.state.players.get(connection.clientId)!.x).toBeCloseTo(x + 2.5, 9)
    await simulation.end()
  })

  it('is the same for all players, and a walk ends for all at the same place [R4]', async () => {
    const simulation = await simulated(3)
    const [first] = simulation.clients
    await simulation.complete(first!.connection.request('mov', { x: -7.77, y: 1.5, z: 0 }))
    await simulation.step(3000)
    await simulation.settle()
    for (const { connection } of simulation.clients) {
      const { x, y, z } = connection.state.players.get(first!.connection.clientId)!
      expect([x, y, z]).toEqual([-7.77, 1.5, 0])
    }
    await simulation.end()
  })
})
