import { simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { board } from '../src/board.js'
import { frost } from '../src/game.js'

it('a disc runs to the wall, and both players see it there', async () => {
  const simulation = await simulate({ game: frost, clients: 2, seed: 1 })
  const [ada, bob] = simulation.clients.map(({ connection }) => connection)
  ada!.dispatchEvent('steer', { dx: 1, dy: 0 })
  await simulation.step(4000) // ms of virtual time
  for (const { state } of [ada!, bob!]) {
    expect(state.discs.get(ada!.clientId)?.x).toBe(board.width - board.radius)
  }
  await simulation.end()
})
