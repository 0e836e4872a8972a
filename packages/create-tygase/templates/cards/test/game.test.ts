import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { fits, isOnTurn } from '../src/cards.js'
import { game } from '../src/game.js'

it('three players play a round to its end, and none sees the cards of another, over the network of a phone', async () => {
  const client = { game, data: { name: 'Ada' } }
  const simulation = await simulate({ game, clients: 3, seed: 1, link: links.mobile, client })
  const { server, clients } = simulation
  const players = clients.map(({ connection }) => connection)
  /** What all players see alike. */
  const shown = ({ phase, order, turn, hasDrawn, seats, pile }: typeof server.store.state): string => {
    const top = pile.at(-1)
    const cards = [...seats.values()].map((seat) => seat.cards)
    return [phase, order, turn, hasDrawn, cards, top?.suit, top?.rank].join(' ')
  }
  /** Lets time pass until all players have what has happened. */
  const allSee = (): Promise<void> =>
    simulation.runUntil(() => players.every(({ state }) => shown(state) === shown(server.store.state)))
  await simulation.step(2000)
  await simulation.complete(players.find(({ isHost }) => isHost)!.request('deal'))
  await allSee()
  for (let turns = 0; turns < 400 && server.store.state.phase === 'playing'; turns++) {
    const player = players.find(({ state, clientId }) => isOnTurn(state, clientId))!
    const { state, clientId } = player
    expect([...state.hands.keys()]).toEqual([clientId])
    expect(state.deck).toEqual([])
    const card = state.hands.get(clientId)!.cards.find((each) => fits(each, state.pile.at(-1)))
    if (card !== undefined) await simulation.complete(player.request('play', card))
    else await simulation.complete(player.request(state.hasDrawn ? 'pass' : 'draw'))
    await allSee()
  }
  expect(server.store.state.phase).toBe('over')
  for (const { state } of players) expect(state.winner).toBe(server.store.state.winner)
  await simulation.end()
})
