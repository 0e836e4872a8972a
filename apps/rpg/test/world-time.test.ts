import { simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { tickRate, world } from '../src/world.js'

/** The world over a simulated network, with so many in it. No room is there to say who enters. */
async function simulated(clients: number) {
  const simulation = await simulate({ game: world, clients, seed: 1 })
  for (const { connection, index } of simulation.clients) {
    await simulation.complete(connection.request('enter', { name: `player ${index}`, x: 0, y: 0, z: 0 }))
  }
  return simulation
}

describe('the world', () => {
  it('makes ten steps a second over a minute [R10]', async () => {
    const simulation = await simulated(1)
    const { machine } = simulation.backend
    const before = machine.tick
    await simulation.step(60_000)
    expect(Math.abs(machine.tick - before - 60 * tickRate)).toBeLessThanOrEqual(1)
    await simulation.end()
  })

  it('makes up for half a second in which its process stood still, step by step [R10]', async () => {
    const simulation = await simulated(1)
    const { machine, store } = simulation.backend
    const { connection } = simulation.clients[0]!
    await simulation.complete(connection.request('mov', { x: 100, y: 0, z: 0 }))
    await simulation.step(1000)
    const { tick } = machine
    const { x } = store.state.players.get(connection.clientId)!
    simulation.backend.pause()
    await simulation.step(500)
    expect(machine.tick).toBe(tick)
    simulation.backend.resume()
    await simulation.step(0)
    expect(machine.tick).toBe(tick + 5)
    expect(store.state.players.get(connection.clientId)!.x).toBeCloseTo(x + 2.5, 9)
    await simulation.end()
  })

  it('is the same to all who are in it, and walks end there for all at the same place [R4]', async () => {
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
