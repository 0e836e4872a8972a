import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, test } from 'vitest'
import type { Connection } from '../../src/index.js'
import { predict } from '../../src/predict/index.js'
import { board, setStage } from '../support/stage.js'

interface Walk {
  walkers: EntityMap<{ x: number; vx: number }>
  ball: { x: number }
}

const walkBy = (speed: number, motion: object): AnyGame =>
  defineGame({
    initialState: (): Walk => ({ walkers: new EntityMap<{ x: number; vx: number }>(), ball: { x: 0 } }),
    tickRate: 30,
    onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 0, vx: 0 }),
    timeStep(state, dt) {
      state.walkers.editEach((walker) => {
        walker.x += walker.vx * speed * dt
      })
      state.ball.x += dt
    },
    events: (on) => ({
      go: on((state, _, ctx) => void Object.assign(state.walkers.edit(ctx.client.id), { vx: 1 })),
    }),
    motion,
  })

const slow = walkBy(1, { walkers: { fields: { x: 'linear' } } })
const quick = walkBy(100, { walkers: { fields: { x: 'linear' } }, ball: { fields: { x: 'linear' }, ahead: true } })

const xOf = (connection: Connection, which: 'state' | 'predicted'): number =>
  (connection[which] as Walk).walkers.get(connection.clientId)!.x

test('a client that predicts runs the new rules ahead, and draws what they say moves', async () => {
  const client = { game: slow, predict: predict() }
  const simulation = await simulate({ game: slow, clients: 2, seed: 3, link: links.wifi, client })
  await simulation.step(1500)
  const connections = simulation.clients.map(({ connection }) => connection)
  const [connection] = connections
  connection!.dispatchEvent('go')
  await simulation.step(500)
  const drawn = (): Walk => connection!.scene() as Walk
  drawn()
  simulation.server.replaceGame(slow, quick)
  for (const each of connections) each.replaceGame(quick as never)
  await simulation.step(500)
  drawn()
  const { aheadTicks, corrections } = connection!.feel
  const ahead = xOf(connection!, 'predicted') - xOf(connection!, 'state')
  expect(ahead).toBeGreaterThan(3)
  expect(ahead).toBeCloseTo((Math.ceil(aheadTicks) * 100) / 30, 1)
  const { ball } = drawn()
  await simulation.step(10)
  expect(drawn().ball.x).toBeGreaterThan(ball.x)
  expect(drawn().ball.x).toBeGreaterThan((connection!.state as Walk).ball.x)
  for (let frame = 0; frame < 20; frame++) {
    await simulation.step(50)
    drawn()
  }
  expect(connection!.feel.corrections - corrections).toBe(0)
  await simulation.end()
})

test('only a game takes the place of a game', async () => {
  const { connected } = await setStage()
  const wrong = expect.objectContaining({ code: 'invalid_argument' })
  const connection = await connected({ game: board })
  expect(() => connection.replaceGame({} as never)).toThrow(wrong)
})
