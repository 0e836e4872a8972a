import { predict } from '@tygase/client/predict'
import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { frost } from '../src/game.js'

it('a press shows within three frames, over the network of a phone', async () => {
  const client = { game: frost, predict: predict() }
  const simulation = await simulate({ game: frost, clients: 2, seed: 1, link: links.mobile, client })
  await simulation.step(2000) // the client has measured the network
  const { connection } = simulation.clients[0]!
  const xOf = ({ discs }: typeof connection.state) => discs.get(connection.clientId)!.x
  const before = xOf(connection.scene())
  connection.dispatchEvent('steer', { dx: before < 480 ? 1 : -1, dy: 0 })
  await simulation.step(50)
  expect(Math.abs(xOf(connection.scene()) - before)).toBeGreaterThan(1)
  expect(xOf(connection.state)).toBe(before) // the server does not know of it yet
  await simulation.end()
})
