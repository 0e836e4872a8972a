import { defineGame, EntityMap, event, type RuleContext } from '@tygase/gamestate'
import { z } from 'zod'
import { colourCount, maxPlayers, protectionSeconds, tickRate } from './arena.js'
import type { Player } from './player.js'
import { move, withinUnit } from './rules/movement.js'
import { cleanName, uniqueName } from './rules/names.js'
import { chooseColour, findSpot } from './rules/spawn.js'
import { findTouched } from './rules/touch.js'

/**
 * The state of a game of Tag.
 *
 * Invariant: `it` is the id of a player whenever there is one, and empty when there is none.
 */
export interface Tag {
  /** By client id. A client that only watches has no row. */
  players: EntityMap<Player>
  /** Who has to catch somebody. */
  it: string
  /** Who made it so by a touch, also when that player has left; empty when nobody did. */
  taggedBy: string
  /** Until this game time, in seconds, nobody can be tagged. */
  protectedUntil: number
}

/** What the server tells of the game. */
const serverEvents = {
  /** `by` has touched `whom`, who is *it* now. */
  tagged: event<{ by: string; whom: string }>(),
  /** `whom` is *it* because nobody was: the first to come, or drawn when *it* left. */
  chosen: event<{ whom: string }>(),
}

type Context = RuleContext<typeof serverEvents>

/** Tag: one disc is *it*, touching passes it on, whoever is *it* least leads the table. */
export const tag = defineGame({
  initialState: (): Tag => ({ players: new EntityMap<Player>(), it: '', taggedBy: '', protectedUntil: 0 }),
  tickRate,
  serverEvents,
  events: (on) => ({
    /** Takes part; sent again it changes name and colour. Returns the name that others see. */
    join: on(
      z.object({
        name: z.string().max(256),
        colour: z
          .int()
          .min(0)
          .max(colourCount - 1)
          .optional(),
        bot: z.boolean().optional(),
      }),
      (state, { name, colour, bot = false }, ctx) => {
        const others = [...state.players].filter(([id]) => id !== ctx.clientId).map(([, player]) => player)
        const looks = {
          name: uniqueName(
            cleanName(name),
            others.map((other) => other.name),
          ),
          colour: chooseColour(colour, others),
          bot,
        }
        if (state.players.has(ctx.clientId)) {
          Object.assign(state.players.edit(ctx.clientId), looks)
          return { name: looks.name }
        }
        if (others.length >= maxPlayers) ctx.reject('arena_full', 'the arena is full: watch, or come back later')
        const spot = findSpot(others, ctx.random)
        state.players.set(ctx.clientId, { ...looks, ...spot, vx: 0, vy: 0, dx: 0, dy: 0, itSeconds: 0, tags: 0 })
        if (others.length === 0) choose(state, ctx)
        return { name: looks.name }
      },
    ),
    /** Which way to run: any vector, of which what is longer than 1 is cut off. */
    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      if (!state.players.has(ctx.clientId)) ctx.reject('not_playing', 'join first')
      Object.assign(state.players.edit(ctx.clientId), withinUnit(dx, dy))
    }),
  }),
  timeStep(state, dt, ctx) {
    state.players.editEach((player, id) => move(player, id === state.it, dt))
    const it = state.players.get(state.it)
    if (it === undefined) return
    state.players.edit(state.it).itSeconds += dt
    if (ctx.time < state.protectedUntil) return
    const whom = findTouched(state.it, it, state.players)
    if (whom === undefined) return
    const by = state.it
    state.players.edit(by).tags++
    makeIt(state, whom, by, ctx)
    ctx.dispatch('tagged', { by, whom })
  },
  onLeave(state, ctx) {
    state.players.delete(ctx.clientId)
    if (state.it === ctx.clientId) choose(state, ctx)
  },
  // half a unit is less than half a pixel on most screens; the tenths of the table are exact
  precision: { players: { x: 0.25, y: 0.25, vx: 1, vy: 1, dx: 0.01, dy: 0.01, itSeconds: 0.1 } },
})

/** Draws somebody to be *it*, or nobody where nobody is left. */
function choose(state: Tag, ctx: Context): void {
  const ids = [...state.players.keys()]
  const whom = ids[Math.floor(ctx.random() * ids.length)]
  if (whom === undefined) {
    state.it = ''
    state.taggedBy = ''
    return
  }
  makeIt(state, whom, '', ctx)
  ctx.dispatch('chosen', { whom })
}

function makeIt(state: Tag, whom: string, by: string, ctx: Context): void {
  state.it = whom
  state.taggedBy = by
  state.protectedUntil = ctx.time + protectionSeconds
}
