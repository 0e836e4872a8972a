import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { game } from '../src/game.js'
import { points, rounds, seconds } from '../src/party.js'

it('three players play a game to its end over the network of a phone, and the first to find a card has the most points', async () => {
  const client = { game, data: { name: 'Ada' } }
  const simulation = await simulate({ game, clients: 3, seed: 1, link: links.mobile, client })
  const { server, clients } = simulation
  const players = clients.map(({ connection }) => connection)
  const phase = () => server.store.state.phase
  await simulation.step(2000)
  const [host, first, last] = [players.find(({ isHost }) => isHost)!, ...players.filter(({ isHost }) => !isHost)]
  await expect(simulation.complete(last!.request('start'))).rejects.toMatchObject({ code: 'not_host' })
  await simulation.complete(host.request('start'))

  for (let round = 1; round <= rounds; round++) {
    await simulation.runUntil(() => phase() === 'look')
    expect(server.store.state.round).toBe(round)
    await simulation.runUntil(() => players.every(({ state }) => state.phase === 'look'))
    const { grid, wanted } = first!.state
    await simulation.complete(first!.request('pick', { place: grid.indexOf(wanted) }))
    await simulation.complete(host.request('pick', { place: grid.indexOf(wanted) }))
    // one try in a round
    await simulation.complete(last!.request('pick', { place: (grid.indexOf(wanted) + 1) % grid.length }))
    expect(phase()).toBe('shown')
    const again = last!.request('pick', { place: grid.indexOf(wanted) })
    await expect(simulation.complete(again)).rejects.toMatchObject({ code: 'not_now' })
  }
  await simulation.step((seconds.shown + 1) * 1000)
  expect(phase()).toBe('over')
  const scoreOf = (id: string) => server.store.state.players.get(id)?.score
  expect(scoreOf(first!.clientId)).toBe(rounds * points[0])
  expect(scoreOf(host.clientId)).toBe(rounds * points[1])
  expect(scoreOf(last!.clientId)).toBe(0)
  await simulation.end()
})
