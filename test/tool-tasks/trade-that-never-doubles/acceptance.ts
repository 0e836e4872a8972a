import assert from 'node:assert/strict'
import { links } from '@tygase/testkit'
import { type Check, finish, play, refusalOf, stateOf } from '../support/checks.js'

const give = (good: string, count: number) => ({ good, count })

async function market(game: Parameters<typeof play>[0], clients: number, options: Parameters<typeof play>[2] = {}) {
  const stage = await play(game, clients, options)
  const { simulation, players, ids } = stage
  const stock = (place: number) => {
    const { wood, stone, gold } = stateOf(simulation).stocks.get(ids[place])
    return [wood, stone, gold]
  }
  const offer = async (from: number, to: number, gives: object, wants: object): Promise<string> => {
    const data = { to: ids[to], give: gives, want: wants }
    return ((await simulation.complete(players[from]!.request('offer', data))) as { id: string }).id
  }
  const ask = (place: number, name: string, data: unknown) => refusalOf(simulation, players[place]!.request(name, data))
  return { ...stage, stock, offer, ask }
}

export const checks: readonly Check[] = [
  {
    name: 'an accepted offer moves both goods, once',
    async run({ game }) {
      const { simulation, stock, offer, ask } = await market(game, 2)
      const id = await offer(0, 1, give('wood', 3), give('gold', 2))
      assert.deepEqual(
        [stock(0), stock(1)],
        [
          [10, 10, 10],
          [10, 10, 10],
        ],
      )
      assert.equal(await ask(1, 'accept', { id }), '')
      assert.deepEqual(
        [stock(0), stock(1)],
        [
          [7, 10, 12],
          [13, 10, 8],
        ],
      )
      assert.equal(await ask(1, 'accept', { id }), 'unknown_offer')
      assert.deepEqual([stock(0), stateOf(simulation).offers.size], [[7, 10, 12], 0])
      await finish(simulation)
    },
  },
  {
    name: 'an offer that makes no sense is refused',
    async run({ game }) {
      const { simulation, ids, ask } = await market(game, 2)
      const to = ids[1]
      const refused: [data: object, code: string][] = [
        [{ to: 'x', give: give('wood', 1), want: give('gold', 1) }, 'unknown_player'],
        [{ to: ids[0], give: give('wood', 1), want: give('gold', 1) }, 'not_yourself'],
        [{ to, give: give('wood', 1), want: give('wood', 2) }, 'same_good'],
        ...[0, -3, 1.5, 11, '1'].map((count): [object, string] => [
          { to, give: give('wood', count as number), want: give('gold', 1) },
          'event_invalid',
        ]),
        [{ to, give: give('wood', 1), want: give('iron', 1) }, 'event_invalid'],
      ]
      for (const [data, code] of refused) assert.equal(await ask(0, 'offer', data), code, JSON.stringify(data))
      for (let count = 0; count < 5; count++) {
        assert.equal(await ask(0, 'offer', { to, give: give('wood', 10), want: give('gold', 1) }), '')
      }
      assert.equal(await ask(0, 'offer', { to, give: give('wood', 1), want: give('gold', 1) }), 'too_many')
      assert.equal(stateOf(simulation).offers.size, 5)
      await finish(simulation)
    },
  },
  {
    name: 'goods that are not there are not given, by either side',
    async run({ game }) {
      const { simulation, ids, stock, offer, ask } = await market(game, 3)
      const all = await offer(0, 1, give('wood', 10), give('gold', 1))
      const again = await offer(0, 2, give('wood', 10), give('stone', 10))
      assert.equal(await ask(1, 'accept', { id: all }), '')
      assert.equal(await ask(2, 'accept', { id: again }), 'gone')
      assert.equal(await ask(0, 'offer', { to: ids[1], give: give('wood', 1), want: give('gold', 1) }), 'too_poor')
      const dear = await offer(1, 0, give('gold', 1), give('wood', 1))
      assert.equal(await ask(0, 'accept', { id: dear }), 'too_poor')
      assert.equal(stateOf(simulation).offers.size, 2)
      assert.deepEqual(
        [stock(0), stock(1), stock(2)],
        [
          [0, 10, 11],
          [20, 10, 9],
          [10, 10, 10],
        ],
      )
      await finish(simulation)
    },
  },
  {
    name: 'only the two sides may accept or cancel',
    async run({ game }) {
      const { simulation, offer, ask } = await market(game, 3)
      const id = await offer(0, 1, give('wood', 1), give('gold', 1))
      assert.equal(await ask(2, 'accept', { id }), 'not_yours')
      assert.equal(await ask(0, 'accept', { id }), 'not_yours')
      assert.equal(await ask(2, 'cancel', { id }), 'not_yours')
      assert.equal(await ask(1, 'cancel', { id }), '')
      assert.equal(await ask(0, 'cancel', { id }), 'unknown_offer')
      const other = await offer(0, 1, give('wood', 1), give('gold', 1))
      assert.equal(await ask(0, 'cancel', { id: other }), '')
      assert.equal(stateOf(simulation).offers.size, 0)
      await finish(simulation)
    },
  },
  {
    name: 'no other client is sent an offer, and stocks are seen by all',
    async run({ game }) {
      const { simulation, players, offer } = await market(game, 3)
      await offer(0, 1, give('wood', 1), give('gold', 1))
      await simulation.settle()
      assert.deepEqual(
        players.map(({ state }) => [state.offers.size, state.stocks.size]),
        [
          [1, 3],
          [1, 3],
          [0, 3],
        ],
      )
      await finish(simulation)
    },
  },
  {
    name: 'a client that leaves takes its offers along',
    async run({ game }) {
      const { simulation, players, offer } = await market(game, 3)
      await offer(0, 1, give('wood', 1), give('gold', 1))
      await offer(1, 0, give('wood', 1), give('gold', 1))
      await offer(1, 2, give('wood', 1), give('gold', 1))
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(500)
      assert.deepEqual([stateOf(simulation).offers.size, stateOf(simulation).stocks.size], [1, 2])
      await finish(simulation)
    },
  },
  {
    name: 'nothing comes into being or vanishes in a rush of trades over a bad network',
    async run({ game }) {
      for (const seed of [1, 2]) {
        const { simulation, players, ids } = await market(game, 4, { seed, link: links.awful })
        const { random } = simulation
        const drawn = (count: number): number => Math.floor(random() * count)
        const retries = Number.POSITIVE_INFINITY
        const onFail = (): void => {}
        for (let round = 0; round < 120; round++) {
          for (const { dispatchEvent, state } of players) {
            const goods = ['wood', 'stone', 'gold']
            const [good = '', other = ''] = goods.splice(drawn(3), 1).concat(goods[drawn(2)]!)
            if (random() < 0.5) {
              const data = { to: ids[drawn(4)], give: give(good, 1 + drawn(6)), want: give(other, 1 + drawn(6)) }
              dispatchEvent('offer', data, { retries, onFail })
            }
            const open = [...state.offers.keys()]
            const id = open[drawn(open.length)]
            // twice, as a double click does
            if (id !== undefined)
              for (const name of ['accept', 'accept']) dispatchEvent(name, { id }, { retries, onFail })
          }
          for (const client of simulation.clients) {
            if (random() < 0.03) client.cut()
            else if (random() < 0.3) client.heal()
          }
          await simulation.step(100)
          const stocks = [...stateOf(simulation).stocks.values()] as Record<string, number>[]
          for (const good of ['wood', 'stone', 'gold']) {
            assert.equal(
              stocks.reduce((sum, stock) => sum + stock[good]!, 0),
              40,
              `${good} after ${round} rounds`,
            )
            assert.ok(stocks.every((stock) => stock[good]! >= 0))
          }
        }
        for (const client of simulation.clients) client.heal()
        await finish(simulation)
      }
    },
  },
]
