import { predict } from '@tygase/client/predict'
import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { frost } from '../src/game.js'

it('a shot hits what the screen shows, over the network of a phone', async () => {
  const client = { game: frost, predict: predict() }
  const server = { maxRewindMs: 600 }
  const simulation = await simulate({ game: frost, clients: 2, seed: 2, link: links.mobile, server, client })
  await simulation.step(2000) // the clients have measured the network
  const [ada, bob] = simulation.clients.map(({ connection }) => connection)
  // up and down, so that Bob is never where Ada's screen shows him
  bob!.dispatchEvent('steer', { dx: 0, dy: 1 })
  ada!.scene()
  await simulation.step(700)
  const { discs } = ada!.scene()
  const [me, seen] = [discs.get(ada!.clientId)!, discs.get(bob!.clientId)!]
  ada!.dispatchEvent('shoot', { angle: Math.atan2(seen.y - me.y, seen.x - me.x) })
  await simulation.settle()
  expect(ada!.state.discs.get(ada!.clientId)?.score).toBe(1)
  expect(ada!.state.discs.get(bob!.clientId)?.frozenUntil).toBeGreaterThan(ada!.time)

  await expect(simulation.complete(bob!.request('shoot', { angle: 0 }))).rejects.toMatchObject({ code: 'frozen' })
  await simulation.end()
})
