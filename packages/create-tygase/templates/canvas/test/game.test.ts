import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { game } from '../src/game.js'

it('two players run, collect gems, and see the same, over the network of a phone', async () => {
  const client = { game, data: { name: 'Ada' } }
  const simulation = await simulate({ game, clients: 2, seed: 1, link: links.mobile, client })
  const [ada, bob] = simulation.clients.map(({ connection }) => connection)
  await simulation.step(3000)
  const before = ada!.state.players.get(ada!.clientId)!
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ] as const) {
    ada!.dispatchEvent('steer', { dx, dy })
    await simulation.step(2500)
  }
  const after = ada!.state.players.get(ada!.clientId)!
  expect([after.x, after.y]).not.toEqual([before.x, before.y])
  expect(ada!.state.gems.size).toBeGreaterThan(5)
  expect([...bob!.state.players.values()].map(({ name }) => name)).toEqual(['Ada', 'Ada'])
  await simulation.end()
})
