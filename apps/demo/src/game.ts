import { defineGame, EntityMap, event, type RuleContext } from '@tygase/gamestate'
import { z } from 'zod'
import { colourCount, idleSeconds, maxPlayers, protectionSeconds, tickRate } from './arena.js'
import type { Player } from './player.js'
import { move, withinUnit } from './rules/movement.js'
import { cleanName, uniqueName } from './rules/names.js'
import { chooseColour, findSpot, type Spot } from './rules/spawn.js'
import { findTouched } from './rules/touch.js'

/**
 * The state of a game of Tag.
 *
 * Invariant: `it` is the id of a player whenever there is one, and empty when there is none.
 */
export interface Tag {
  /** By client id. A client that only watches has no row. */
  players: EntityMap<Player>
  /** The player who has to catch another one. */
  it: string
  /** The player who passed *it* on by a touch, also after that player has left; empty if *it* was drawn. */
  taggedBy: string
  /** Game time in seconds until which no disc can be tagged. */
  protectedUntil: number
  /** Game time in seconds since which *it* stands still; Infinity while it runs. */
  itRestsSince: number
}

/** The events that the server sends. */
const serverEvents = {
  /** `by` has touched `whom`, who is *it* now. */
  tagged: event<{ by: string; whom: string }>(),
  /** `whom` was drawn to be *it*: the first to come, or because *it* left or was idle. */
  chosen: event<{ whom: string }>(),
}

type Context = RuleContext<typeof serverEvents>

/** Tag: one disc is *it*, touching passes it on, and the player who is *it* least leads the table. */
export const tag = defineGame({
  version: 1,
  initialState: (): Tag => ({
    players: new EntityMap<Player>(),
    it: '',
    taggedBy: '',
    protectedUntil: 0,
    itRestsSince: Number.POSITIVE_INFINITY,
  }),
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
        const { id } = ctx.client
        const others = [...state.players].filter(([other]) => other !== id).map(([, player]) => player)
        const names = others.map((other) => other.name)
        const looks = { name: uniqueName(cleanName(name), names), colour: chooseColour(colour, others), bot }
        if (state.players.has(id)) {
          Object.assign(state.players.edit(id), looks)
          return { name: looks.name }
        }
        if (others.length >= maxPlayers) return ctx.reject('arena_full', 'the arena is full: watch, or come back later')
        const spot = findSpot(others, ctx.random)
        state.players.set(id, { ...looks, ...spot, vx: 0, vy: 0, dx: 0, dy: 0, itSeconds: 0, tags: 0 })
        if (others.length === 0) choose(state, ctx)
        return { name: looks.name }
      },
    ),
    /** The direction to run in: a vector, cut off at length 1. */
    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      if (!state.players.has(ctx.client.id)) return ctx.reject('not_playing', 'join first')
      Object.assign(state.players.edit(ctx.client.id), withinUnit(dx, dy))
    }),
  }),
  timeStep(state, dt, ctx) {
    state.players.editEach((player, id) => move(player, id === state.it, dt))
    const it = state.players.get(state.it)
    if (it === undefined) return
    state.players.edit(state.it).itSeconds += dt
    // a disc that runs against a wall stands, too: its player may be gone with a key held
    if (it.vx !== 0 || it.vy !== 0) state.itRestsSince = Number.POSITIVE_INFINITY
    else if (state.itRestsSince > ctx.time) state.itRestsSince = ctx.time
    const isIdle = ctx.time - state.itRestsSince >= idleSeconds
    if (isIdle && state.players.size > 1) return choose(state, ctx)
    if (ctx.time < state.protectedUntil) return
    const whom = findTouched(state.it, it, state.players)
    if (whom === undefined) return
    const by = state.it
    state.players.edit(by).tags++
    makeIt(state, whom, by, ctx)
    ctx.dispatch('tagged', { by, whom })
  },
  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    if (state.it === ctx.client.id) choose(state, ctx)
  },
  motion: { players: { fields: { x: 'linear', y: 'linear', vx: 'linear', vy: 'linear' }, cut: isJump } },
  // half a unit is less than half a pixel on most screens; the tenths of the table are exact
  precision: { players: { x: 0.25, y: 0.25, vx: 1, vy: 1, dx: 0.01, dy: 0.01, itSeconds: 0.1 } },
})

/** Whether a way from one place to the next is too long for a run. */
function isJump(from: Spot, to: Spot): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) > 220
}

/** Draws a player to be *it*, another one than before; clears `it` if there is none. */
function choose(state: Tag, ctx: Context): void {
  const ids = [...state.players.keys()].filter((id) => id !== state.it)
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
  state.itRestsSince = Number.POSITIVE_INFINITY
}
