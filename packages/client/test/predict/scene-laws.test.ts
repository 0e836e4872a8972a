import { defineGame, EntityMap, type Immutable } from '@tygase/gamestate'
import { datagrams, type Link, links, simulate } from '@tygase/testkit'
import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { predict } from '../../src/predict/index.js'
import { schemaOf } from '../support/schema.js'

interface State {
  discs: EntityMap<{ x: number; dx: number; colour: number }>
  coins: EntityMap<{ worth: number }>
  /** They say on which tick a drawing is: one is drawn with the own disc, one with the others. */
  clocks: EntityMap<{ tick: number }>
}

const numbered = schemaOf((value): value is { n: number } => typeof (value as { n?: unknown }).n === 'number')

const game = defineGame({
  initialState: (): State => ({
    discs: new EntityMap(),
    coins: new EntityMap(Array.from({ length: 40 }, (_, i) => [`c${i}`, { worth: i }] as const)),
    clocks: new EntityMap([
      ['own', { tick: 0 }],
      ['others', { tick: 0 }],
    ]),
  }),
  tickRate: 30,
  onJoin: (state, ctx) => void state.discs.set(ctx.client.id, { x: 0, dx: 0, colour: 0 }),
  onLeave: (state, ctx) => void state.discs.delete(ctx.client.id),
  timeStep(state, _, ctx) {
    state.discs.editEach((disc) => {
      disc.x += disc.dx
    })
    state.clocks.editEach((clock) => {
      clock.tick = ctx.tick
    })
  },
  events: (on) => ({
    steer: on(numbered, (state, { n }, ctx) => {
      state.discs.edit(ctx.client.id).dx = n
    }),
    paint: on(numbered, (state, { n }, ctx) => {
      state.discs.edit(ctx.client.id).colour = n
    }),
    grab: on(numbered, (state, { n }, ctx) => {
      if (!state.coins.has(`c${n}`)) return ctx.reject('gone')
      state.coins.delete(`c${n}`)
    }),
  }),
  precision: { discs: { x: 0.25 } },
  motion: {
    discs: { fields: { x: 'linear' } },
    clocks: { fields: { tick: 'linear' }, ahead: (_clock, id) => id === 'own' },
  },
})

const networks: readonly (readonly [string, Link])[] = [
  ['wifi', links.wifi],
  ['mobile', links.mobile],
  ['awful by datagrams', datagrams(links.awful)],
]

const places = (state: Immutable<State>): [own: number, others: number] => [
  state.clocks.get('own')!.tick,
  state.clocks.get('others')!.tick,
]

test.each(networks)(
  'P8 on %s: no picture is older than the one before, own events are in it at once, and at rest it is the prediction',
  async (_, link) => {
    for (const seed of process.env.LONG === '1' ? [1, 2] : [1]) {
      const simulation = await simulate({ game, clients: 3, seed, link, client: { game, predict: predict() } })
      await simulation.step(2000)
      const random = createSeededRandom(seed)
      const client = simulation.clients[0]!
      const { connection } = client
      const { clientId } = connection
      let last = places(connection.scene())
      for (let frame = 0; frame < 400; frame++) {
        await simulation.step(8 + random() * 16)
        const state = connection.scene()
        expect(connection.scene()).toBe(state)
        const next = places(state)
        const where = `frame ${frame} of seed ${seed}: ${next} after ${last}`
        expect([next[0] >= last[0] - 1e-9, next[1] >= last[1] - 1e-9, where]).toEqual([true, true, where])
        // others are in the past, own rows ahead
        expect(next[1]).toBeLessThanOrEqual(next[0] + 1e-9)
        last = next
        if (random() < 0.05) {
          const colour = frame + 1
          connection.dispatchEvent('paint', { n: colour }, { retries: Number.POSITIVE_INFINITY })
          expect(connection.scene().discs.get(clientId)!.colour).toBe(colour)
        }
        if (random() < 0.04) {
          const n = Math.floor(random() * 40)
          connection.dispatchEvent('grab', { n }, { retries: Number.POSITIVE_INFINITY })
          expect(connection.scene().coins.has(`c${n}`)).toBe(false)
        }
        const other = simulation.clients[Math.floor(random() * 3)]!.connection
        if (random() < 0.06) other.dispatchEvent('steer', { n: Math.floor(random() * 9) - 4 }, { retries: 99 })
        if (random() < 0.005) client.cut()
        else if (client.isCut && random() < 0.1) client.heal()
      }
      if (client.isCut) client.heal()
      for (const one of simulation.clients) one.connection.dispatchEvent('steer', { n: 0 }, { retries: 99 })
      await simulation.settle()
      for (let i = 0; i < 100; i++) {
        await simulation.step(20)
        connection.scene()
      }
      const [scene, { state, predicted }] = [connection.scene(), connection]
      expect(scene.discs.get(clientId)).toEqual(predicted.discs.get(clientId))
      expect([...scene.discs]).toEqual([...state.discs])
      expect([...scene.coins.keys()]).toEqual([...state.coins.keys()])
      await simulation.end()
    }
  },
  30_000,
)
