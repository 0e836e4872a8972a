import { type LinkConditions, links, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.js'
import { predict } from '../../src/predict/index.js'
import { field } from './support/field.js'

interface Started {
  readonly simulation: Simulation<typeof field>
  readonly connection: Connection<typeof field>
  readonly other: Connection<typeof field>
}

const start = async (link: LinkConditions = links.wifi, seed = 1): Promise<Started> => {
  const client = { game: field, predict: predict() }
  const simulation = await simulate({ game: field, clients: 2, seed, link, client })
  await simulation.step(1500)
  const [first, second] = simulation.clients
  return { simulation, connection: first!.connection, other: second!.connection }
}

const xOf = (connection: Connection<typeof field>, which: 'state' | 'predicted'): number | undefined =>
  connection[which].walkers.get(connection.clientId)?.x

describe('a connection that predicts', () => {
  it('has an own event in `predicted` when `dispatchEvent` returns, and in `state` when the server has run it', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('dash', { n: 40 })
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([40, 0])
    await simulation.step(500)
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([40, 40])
    expect(connection.feel.lateEvents).toBe(0)
    await simulation.end()
  })

  it('lives ahead of the newest version by a round trip and a margin', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('steer', { n: 1 })
    await simulation.step(1000)
    const { aheadTicks, rebases } = connection.feel
    const roundTripTicks = (connection.rttMs! * field.tickRate) / 1000
    expect(aheadTicks).toBeGreaterThan(roundTripTicks)
    expect(aheadTicks).toBeLessThan(roundTripTicks + 4)
    expect(rebases).toBeGreaterThan(0)
    expect(xOf(connection, 'predicted')! - xOf(connection, 'state')!).toBe(Math.ceil(aheadTicks))
    await simulation.end()
  })

  it('behaves as without prediction while it is switched off, and keeps the order of its events', async () => {
    const prediction = predict()
    const simulation = await simulate({
      game: field,
      seed: 1,
      link: links.wifi,
      client: { game: field, predict: prediction },
    })
    const { connection } = simulation.clients[0]!
    await simulation.step(1500)
    connection.dispatchEvent('dash', { n: 40 })
    expect(connection.scene().walkers.get(connection.clientId)?.x).toBe(40)
    prediction.enabled = false
    expect(connection.predicted).toBe(connection.state)
    expect(connection.scene().walkers.get(connection.clientId)?.x).toBe(0)
    connection.dispatchEvent('dash', { n: 2 })
    expect([xOf(connection, 'predicted'), connection.feel.aheadTicks]).toEqual([0, 0])
    await simulation.step(500)
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([42, 42])
    prediction.enabled = true
    connection.dispatchEvent('dash', { n: 1 })
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([43, 42])
    await simulation.end()
  })
})
