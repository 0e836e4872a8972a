import { defineGame, EntityMap, on } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { withSeedOfRun } from '../support/seeds.js'

interface Field {
  players: EntityMap<{ team: number; x: number; seenBy: number }>
  turn: number
}

/** Two teams, each of which sees its own players and those that it has found; players change sides now and then. */
const field = defineGame({
  initialState: (): Field => ({ players: new EntityMap(), turn: 0 }),
  tickRate: 10,
  onJoin: (state, ctx) => {
    state.players.set(ctx.client.id, { team: state.players.size % 2, x: ctx.random() * 100, seenBy: -1 })
  },
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  timeStep: (state, dt, ctx) => {
    state.turn = Math.floor(ctx.tick / 10)
    state.players.editEach((player) => {
      player.x += dt * (ctx.random() - 0.5) * 10
      if (ctx.random() < 0.02) player.seenBy = ctx.random() < 0.5 ? 0 : -1
      if (ctx.random() < 0.01) player.team = 1 - player.team
    })
  },
  events: {
    hide: on((state: Field, _: undefined, ctx) => {
      state.players.edit(ctx.client.id).seenBy = -1
    }),
  },
  precision: { players: { x: 0.01 } },
  viewKey: (state, clientId) => String(state.players.get(clientId)?.team ?? 'nobody'),
  view: (state, clientId) => {
    const team = state.players.get(clientId)?.team
    return { ...state, players: state.players.filter((player) => player.team === team || player.seenBy === team) }
  },
})

test.each(withSeedOfRun(1, 2, 3))(
  'each replica is what its client may see of the version that it names, over links that lose packets, with seed %i',
  async (seed) => {
    const simulation = await simulate({ game: field, clients: 6, seed, link: links.awful })
    await simulation.step(20_000)
    for (const client of simulation.clients.slice(0, 2)) client.cut()
    await simulation.step(3000)
    for (const client of simulation.clients.slice(0, 2)) client.heal()
    await simulation.step(20_000)
    await simulation.settle()
    expect(simulation.stats.comparedVersions).toBeGreaterThan(500)
    await simulation.end()
  },
)
