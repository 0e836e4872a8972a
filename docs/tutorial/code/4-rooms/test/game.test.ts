import { simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { frost } from '../src/game.js'

it('the host starts a round when two players are there, and no other client does', async () => {
  const simulation = await simulate({
    define: (server) => void server.define('frost', frost, { maxClients: 2 }),
    clients: [],
    seed: 1,
  })
  const join = (name: string) => simulation.addClient<typeof frost>({ path: '/frost/42', connect: { data: { name } } })
  const ada = await simulation.complete(join('Ada').connected)
  await expect(simulation.complete(ada.request('start'))).rejects.toMatchObject({ code: 'alone' })
  await expect(simulation.complete(join('Ada').connected)).rejects.toMatchObject({ refusal: { code: 'name_taken' } })
  const bob = await simulation.complete(join('Bob').connected)
  await expect(simulation.complete(join('Cleo').connected)).rejects.toMatchObject({ refusal: { code: 'room_full' } })
  await expect(simulation.complete(bob.request('start'))).rejects.toMatchObject({ code: 'not_host' })
  await simulation.complete(ada.request('start'))
  await simulation.settle()
  expect(bob.state.phase).toBe('play')
  await simulation.end()
})
