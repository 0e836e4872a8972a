import { defineGame, EntityMap } from '@tygase/gamestate'
import { datagrams, type Link, links, simulate } from '@tygase/testkit'
import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { predict } from '../../src/predict/index.js'
import { schemaOf } from '../support/schema.js'

interface State {
  discs: EntityMap<{ x: number; turn: number; speed: number }>
  /** It says on which tick a drawing is. */
  clock: { tick: number }
  /** What the last look of each client has seen. */
  looks: Record<string, { readonly n: number; readonly rows: Record<string, readonly [number, number]> }>
}

const numbered = schemaOf((value): value is { n: number } => typeof (value as { n?: unknown }).n === 'number')

/** Discs that go to and fro. A look writes down what its sender sees. */
const game = defineGame({
  initialState: (): State => ({ discs: new EntityMap(), clock: { tick: 0 }, looks: {} }),
  tickRate: 30,
  onJoin: (state, ctx) => void state.discs.set(ctx.client.id, { x: 0, turn: 0, speed: 3 + (state.discs.size % 5) / 7 }),
  onLeave: (state, ctx) => void state.discs.delete(ctx.client.id),
  timeStep(state, _, ctx) {
    state.clock.tick = ctx.tick
    state.discs.editEach((disc) => {
      if (Math.abs(disc.x) > 100) disc.speed *= -1
      disc.x += disc.speed
      disc.turn = (disc.turn + 0.1) % (2 * Math.PI)
    })
  },
  events: (on) => ({
    look: on(
      numbered,
      (state, { n }, ctx) => {
        const rows = [...ctx.seen.discs].map(([id, { x, turn }]) => [id, [x, turn] as const] as const)
        state.looks[ctx.client.id] = { n, rows: Object.fromEntries(rows) }
      },
      { rewind: true },
    ),
  }),
  precision: { discs: { x: 0.25, turn: 0.01 } },
  motion: { discs: { fields: { x: 'linear', turn: 'angle' } }, clock: { fields: { tick: 'linear' } } },
})

const networks: readonly (readonly [string, Link])[] = [
  ['lan', links.lan],
  ['wifi', links.wifi],
  ['wifi by datagrams', datagrams(links.wifi)],
]

test.each(networks)('P10 on %s: the server sees what the screen of the sender showed, to the bit', async (_, link) => {
  for (const seed of [1, 2]) {
    const simulation = await simulate({ game, clients: 3, seed, link, client: { game, predict: predict() } })
    await simulation.step(3000)
    const random = createSeededRandom(seed)
    const { connection } = simulation.clients[0]!
    const { clientId } = connection
    let pastLooks = 0
    let cuts = 0
    /** Frames since the screen showed a guess. What was wrong with it is let out for a while. */
    let known = 0
    for (let n = 1; n <= 30; n++) {
      // a screen draws each frame
      for (let frame = 0; frame < 5 + random() * 15; frame++) {
        await simulation.step(16)
        const { tick } = connection.scene().clock
        known = tick > connection.version ? 0 : known + 1
      }
      const drawn = connection.scene()
      const { version, store } = connection
      const { tick: place } = drawn.clock
      // beyond the newest version the screen showed a guess, and across a lost version a longer way
      const isKnown = place + 1 / 16 <= version && store.at(Math.ceil(place) - 1) && store.at(Math.ceil(place + 1 / 16))
      connection.dispatchEvent('look', { n })
      const expected = connection.predicted.looks[clientId]!
      // the place travels in eighths of a tick
      for (const [id, [x]] of Object.entries(expected.rows)) {
        const row = drawn.discs.get(id)
        if (id !== clientId && row !== undefined && known > 60) expect(Math.abs(row.x - x)).toBeLessThan(4 / 16 + 0.25)
      }
      for (let i = 0; i < 60 && connection.state.looks[clientId]?.n !== n; i++) await simulation.step(17)
      // a place that leaps after a stall is cut to the pace of a screen
      const wasCut = simulation.server.stats.rewindsCut > cuts
      cuts = simulation.server.stats.rewindsCut
      if (!isKnown || wasCut) continue
      expect(connection.state.looks[clientId], `look ${n} of seed ${seed}`).toEqual(expected)
      pastLooks++
    }
    expect(cuts).toBeLessThan(3)
    expect(pastLooks).toBeGreaterThan(20)
    await simulation.end()
  }
})
