import { defineGame, EntityMap, event, type Immutable } from '@tygase/gamestate'
import { field, type Moving, move, pushApart } from './movement.js'

/** Ticks a second. */
export const tickRate = 30
/** How much speed a dash gives, in units a second. */
export const dashSpeed = 300
/** A shot hits what was at most so far from the place that it was aimed at, in units. */
const hitUnits = 10
/** A coin within this distance can be picked up, in units. */
const reach = 220
/** What a client sees in a game with secrets, in units around its own disc. */
const sight = 500

interface Disc extends Moving {
  score: number
}

interface Coin {
  x: number
  y: number
}

export interface FeelState {
  players: EntityMap<Disc>
  coins: EntityMap<Coin>
  /** Two rows that say on which tick a drawing is: one is drawn with the own disc, one with the others. */
  clocks: EntityMap<{ tick: number }>
  /** Nobody sees it in a game with secrets. */
  secret: number
}

export interface FeelGameOptions {
  /** Discs push each other apart. */
  solid?: boolean
  /** Clients see discs near them only. */
  secrets?: boolean
}

/** A schema that takes any data: this game has no clients that could be hostile. */
function dataOf<Data>() {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'feel',
      types: undefined as { input: Data; output: Data } | undefined,
      // reason: only the code of this benchmark sends events
      validate: (value: unknown) => ({ value: value as Data }),
    },
  }
}

const newDisc = (x: number, y: number): Disc => ({ x, y, vx: 0, vy: 0, dx: 0, dy: 0, score: 0 })

/** A field of discs: the player steers one, and the server's own events steer the others, which no client can foresee. */
export function makeFeelGame({ solid = false, secrets = false }: FeelGameOptions = {}) {
  return defineGame({
    initialState: (): FeelState => ({
      players: new EntityMap<Disc>(),
      coins: new EntityMap<Coin>(),
      clocks: new EntityMap([
        ['own', { tick: 0 }],
        ['others', { tick: 0 }],
      ]),
      secret: 0,
    }),
    tickRate,
    onJoin: (state, ctx) => void state.players.set(ctx.client.id, newDisc(field.width / 2, field.height / 2)),
    onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
    timeStep(state, dt, ctx) {
      state.players.editEach((disc) => move(disc, dt))
      state.clocks.editEach((clock) => {
        clock.tick = ctx.tick
      })
      if (!solid) return
      const discs: Disc[] = []
      state.players.editEach((disc) => void discs.push(disc))
      pushApart(discs)
    },
    events: (on) => ({
      steer: on(dataOf<{ dx: number; dy: number }>(), (state, { dx, dy }, ctx) => {
        Object.assign(state.players.edit(ctx.client.id), { dx, dy })
      }),
      dash: on(dataOf<{ dx: number; dy: number }>(), (state, { dx, dy }, ctx) => {
        const disc = state.players.edit(ctx.client.id)
        Object.assign(disc, { dx, dy, vx: disc.vx + dx * dashSpeed, vy: disc.vy + dy * dashSpeed })
      }),
      shoot: on(
        dataOf<{ x: number; y: number }>(),
        (state, { x, y }, ctx) => {
          for (const [id, disc] of ctx.seen.players) {
            if (id === ctx.client.id || Math.hypot(disc.x - x, disc.y - y) > hitUnits) continue
            state.players.edit(ctx.client.id).score++
            return true
          }
          return false
        },
        { rewind: true },
      ),
      grab: on(dataOf<{ key: string }>(), (state, { key }, ctx) => {
        const disc = state.players.edit(ctx.client.id)
        let nearest: string | undefined
        let least = reach
        for (const [id, coin] of state.coins) {
          const distance = Math.hypot(coin.x - disc.x, coin.y - disc.y)
          if (distance < least) [nearest, least] = [id, distance]
        }
        if (nearest === undefined) return false
        state.coins.delete(nearest)
        disc.score++
        ctx.dispatch('ding', { key }, { to: ctx.client.id })
        return true
      }),
      addBot: on(
        dataOf<{ id: string; x: number; y: number }>(),
        (state, { id, x, y }) => void state.players.set(id, newDisc(x, y)),
        {
          from: 'server',
        },
      ),
      turnBot: on(
        dataOf<{ id: string; dx: number; dy: number }>(),
        (state, { id, dx, dy }) => {
          Object.assign(state.players.edit(id), { dx, dy })
          state.secret += dx
        },
        { from: 'server' },
      ),
      addCoin: on(
        dataOf<{ id: string; x: number; y: number }>(),
        (state, { id, x, y }) => void state.coins.set(id, { x, y }),
        {
          from: 'server',
        },
      ),
      takeCoin: on(dataOf<{ id: string }>(), (state, { id }) => void state.coins.delete(id), { from: 'server' }),
    }),
    serverEvents: { ding: event<{ key: string }>({ predict: true }) },
    precision: { players: { x: 0.25, y: 0.25, vx: 1, vy: 1, dx: 0.01, dy: 0.01 } },
    motion: {
      players: { fields: { x: 'linear', y: 'linear' } },
      clocks: { fields: { tick: 'linear' }, ahead: (_clock, id) => id === 'own' },
    },
    ...(secrets && { view: nearbyOf }),
  })
}

function nearbyOf(state: Immutable<FeelState>, clientId: string): Immutable<FeelState> {
  const own = state.players.get(clientId)
  const isNear = (disc: Immutable<Disc>): boolean =>
    own !== undefined && Math.hypot(disc.x - own.x, disc.y - own.y) < sight
  return { ...state, players: state.players.filter(isNear), secret: 0 }
}

export type FeelGame = ReturnType<typeof makeFeelGame>
