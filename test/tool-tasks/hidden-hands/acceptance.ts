import assert from 'node:assert/strict'
import { type Check, finish, type Player, play, refusalOf, stateOf } from '../support/checks.js'

type Dealt = Awaited<ReturnType<typeof dealt>>

async function dealt(game: Parameters<typeof play>[0], clients: number, seed = 7) {
  const stage = await play(game, clients, { seed })
  await stage.simulation.complete(stage.players[0]!.request('deal'))
  await stage.simulation.step(500)
  return stage
}

const handOf = (simulation: Dealt['simulation'], id: string): number[] => [...stateOf(simulation).hands.get(id).cards]

/** All numbers anywhere in a state. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  const parts = Symbol.iterator in value ? [...(value as Iterable<unknown>)] : Object.values(value)
  return parts.flatMap(numbersIn)
}

/** The player that may play: all others are refused. */
async function playTrick({ simulation, players, ids }: Dealt, begins: number): Promise<number> {
  const played: [place: number, card: number][] = []
  for (let turn = 0; turn < players.length; turn++) {
    const place = (begins + turn) % players.length
    const [card] = handOf(simulation, ids[place]!)
    const early = players[(place + 1) % players.length]!
    const other = handOf(simulation, early.clientId)[0] ?? 1
    assert.equal(await refusalOf(simulation, early.request('play', { card: other })), 'not_your_turn')
    await simulation.complete((players[place] as Player).request('play', { card }))
    played.push([place, card!])
    if (turn < players.length - 1) assert.deepEqual(stateOf(simulation).table.at(-1), { by: ids[place], card })
  }
  return played.reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

export const checks: readonly Check[] = [
  {
    name: 'the host deals 3 cards to each, and no card is there twice',
    async run({ game }) {
      const { simulation, ids } = await dealt(game, 3)
      const { phase, order, deck, counts } = stateOf(simulation)
      assert.deepEqual([phase, [...order]], ['playing', ids])
      const hands = ids.map((id) => handOf(simulation, id))
      assert.deepEqual(
        hands.map((hand) => hand.length),
        [3, 3, 3],
      )
      assert.deepEqual({ ...counts }, Object.fromEntries(ids.map((id) => [id, 3])))
      const cards = [...hands.flat(), ...deck].sort((a, b) => a - b)
      assert.deepEqual(
        cards,
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
      await finish(simulation)
    },
  },
  {
    name: 'only the host deals, for two to four, and not within a round',
    async run({ game }) {
      const { simulation, players } = await play(game, 1)
      assert.equal(await refusalOf(simulation, players[0]!.request('deal')), 'too_few')
      const second = await simulation.complete(simulation.addClient().connected)
      assert.equal(await refusalOf(simulation, second.request('deal')), 'not_host')
      assert.equal(await refusalOf(simulation, second.request('play', { card: 1 })), 'not_playing')
      assert.equal(await refusalOf(simulation, players[0]!.request('deal')), '')
      assert.equal(await refusalOf(simulation, players[0]!.request('deal')), 'playing')
      const late = await simulation.complete(simulation.addClient().connected)
      assert.equal(await refusalOf(simulation, late.request('play', { card: 1 })), 'not_playing')
      await finish(simulation)
      const crowd = await play(game, 5)
      assert.equal(await refusalOf(crowd.simulation, crowd.players[0]!.request('deal')), 'too_many')
      await finish(crowd.simulation)
    },
  },
  {
    name: 'the cards are shuffled',
    async run({ game }) {
      const seen = new Set<string>()
      for (let seed = 1; seed <= 5; seed++) {
        const { simulation, ids } = await dealt(game, 2, seed)
        seen.add(ids.flatMap((id) => handOf(simulation, id)).join())
        await finish(simulation)
      }
      assert.equal(seen.size, 5)
    },
  },
  {
    name: 'no client is sent a card of another hand or of the deck',
    async run({ game }) {
      const { simulation, players, ids } = await dealt(game, 3)
      for (const { state, clientId } of players) {
        const own = handOf(simulation, clientId)
        assert.deepEqual([...(state.hands.get(clientId)?.cards ?? [])], own)
        for (const id of ids) if (id !== clientId) assert.equal(state.hands.get(id)?.cards?.length ?? 0, 0)
        assert.equal(state.deck.length, 0)
        const { hands: _, counts: __, tricks: ___, ...rest } = state
        // a small number may be a place in the order
        const secrets = new Set([...ids.filter((id) => id !== clientId).flatMap((id) => handOf(simulation, id))])
        assert.deepEqual(
          numbersIn(rest).filter((number) => number > 4 && secrets.has(number)),
          [],
        )
        assert.deepEqual({ ...state.counts }, Object.fromEntries(ids.map((id) => [id, 3])))
      }
      await finish(simulation)
    },
  },
  {
    name: 'a card must be in the hand of its player',
    async run({ game }) {
      const { simulation, players, ids } = await dealt(game, 2)
      const [foreign] = handOf(simulation, ids[1]!)
      for (const card of [foreign, 99, 0]) {
        assert.equal(await refusalOf(simulation, players[0]!.request('play', { card })), 'not_yours')
      }
      assert.equal(await refusalOf(simulation, players[0]!.request('play', { card: 'x' })), 'event_invalid')
      assert.equal(handOf(simulation, ids[0]!).length, 3)
      await finish(simulation)
    },
  },
  {
    name: 'the highest card wins the trick, its player begins the next one, and the round ends with the cards',
    async run({ game }) {
      for (const seed of [1, 2, 3]) {
        const stage = await dealt(game, 3, seed)
        const wins = [0, 0, 0]
        let begins = 0
        for (let trick = 0; trick < 3; trick++) {
          assert.equal(stateOf(stage.simulation).phase, 'playing')
          begins = await playTrick(stage, begins)
          wins[begins]!++
          assert.deepEqual([...stateOf(stage.simulation).table], [])
          assert.deepEqual(
            stage.ids.map((id) => stateOf(stage.simulation).tricks[id] ?? 0),
            wins,
          )
        }
        assert.equal(stateOf(stage.simulation).phase, 'over')
        assert.equal(await refusalOf(stage.simulation, stage.players[0]!.request('deal')), '')
        await finish(stage.simulation)
      }
    },
  },
  {
    name: 'a player that leaves ends the round',
    async run({ game }) {
      const { simulation, players, ids } = await dealt(game, 3)
      await simulation.complete(players[1]!.disconnect())
      await simulation.step(500)
      const { phase, hands, deck, table, tricks, counts } = stateOf(simulation)
      assert.equal(phase, 'waiting')
      assert.equal(
        ids.reduce((sum, id) => sum + (hands.get(id)?.cards.length ?? 0), 0),
        0,
      )
      assert.deepEqual([deck.length, table.length, Object.keys(tricks), Object.keys(counts)], [0, 0, [], []])
      assert.equal(await refusalOf(simulation, players[0]!.request('deal')), '')
      assert.deepEqual([...stateOf(simulation).order], [ids[0], ids[2]])
      await finish(simulation)
    },
  },
]
