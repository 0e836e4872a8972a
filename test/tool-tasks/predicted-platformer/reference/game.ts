import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Body {
  x: number
  y: number
  vx: number
  vy: number
  run: number
  coins: number
}

interface Coin {
  x: number
  y: number
}

const width = 100
const runSpeed = 15
const jumpSpeed = 30
const gravity = 60
const reach = 3
const coinCount = 10

export const platforms = [
  { left: 20, right: 40, y: 8 },
  { left: 60, right: 80, y: 8 },
]

/** The places at the begin; later ones are drawn. */
const firstCoins = Array.from({ length: coinCount }, (_, index): [string, Coin] => [
  `coin${index}`,
  { x: 5 + index * 10, y: 2 + (index % 3) * 5 },
])

export const game = defineGame({
  initialState: () => ({ bodies: new EntityMap<Body>(), coins: new EntityMap<Coin>(firstCoins) }),
  tickRate: 30,
  onJoin: (state, ctx) => void state.bodies.set(ctx.client.id, { x: 50, y: 0, vx: 0, vy: 0, run: 0, coins: 0 }),
  onLeave: (state, ctx) => void state.bodies.delete(ctx.client.id),
  events: (on) => ({
    run: on(z.object({ direction: z.literal([-1, 0, 1]) }), (state, { direction }, ctx) => {
      Object.assign(state.bodies.edit(ctx.client.id), { run: direction, vx: direction * runSpeed })
    }),
    jump: on((state, _, ctx) => {
      const body = state.bodies.edit(ctx.client.id)
      if (!stands(body)) return ctx.reject('in_air', 'both feet are off the ground')
      body.vy = jumpSpeed
    }),
  }),
  timeStep(state, dt, ctx) {
    state.bodies.editEach((body) => {
      body.x = Math.min(width, Math.max(0, body.x + body.vx * dt))
      if (stands(body)) return
      body.vy -= gravity * dt
      const to = body.y + body.vy * dt
      const floor = floorBelow(body)
      if (to > floor) {
        body.y = to
        return
      }
      body.y = floor
      body.vy = 0
    })
    // where a coin appears is for the server to draw
    ctx.serverOnly()
    for (const [coinId, coin] of state.coins) {
      const taker = [...state.bodies].find(([, { x, y }]) => Math.hypot(x - coin.x, y - coin.y) < reach)
      if (taker === undefined) continue
      state.bodies.edit(taker[0]).coins++
      state.coins.set(coinId, { x: 5 + 90 * ctx.random(), y: 1 + 11 * ctx.random() })
    }
  },
  motion: { bodies: { fields: { x: 'linear', y: 'linear' } } },
})

/** The highest floor at or below a body. */
function floorBelow({ x, y }: Body): number {
  const below = platforms.filter(({ left, right, y: floor }) => x >= left && x <= right && floor <= y)
  return Math.max(0, ...below.map(({ y: floor }) => floor))
}

function stands(body: Body): boolean {
  return body.vy === 0 && body.y === floorBelow(body)
}
