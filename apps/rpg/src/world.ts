import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'
import { type Place, speed, stepTowards } from './motion.js'

/** Ticks a second, in Hz. */
export const tickRate = 10
/** A player who gives no command for so long is sent away; `idl` is a command. */
export const idleSeconds = 15
/** Distance from the middle of the world to its end, in each direction. */
export const worldEnd = 100_000
/** Longest text of `say`, in bytes of UTF-8. */
export const maxSayBytes = 1024

export interface Player extends Place {
  readonly name: string
  /** The place that it walks to; its own place if it stands. */
  toX: number
  toY: number
  toZ: number
  /** The tick of its last command. */
  heardAt: number
}

export interface World {
  /** By client id: a player who comes again is another entity. */
  players: EntityMap<Player>
}

const place = { x: z.number(), y: z.number(), z: z.number() }

/** The rules of the world. */
export const world = defineGame({
  initialState: (): World => ({ players: new EntityMap<Player>() }),
  tickRate,
  serverEvents: {
    said: event<{ name: string; text: string }>(),
  },
  events: (on) => ({
    /** Puts a player into the world at its saved place. Only the server sends it. */
    enter: on(
      z.object(place),
      ({ players }, { x, y, z }, ctx) => {
        const { id, name = '' } = ctx.client
        players.set(id, { name, x, y, z, toX: x, toY: y, toZ: z, heardAt: ctx.tick })
      },
      { from: 'server' },
    ),
    /** Walks to a place. Refused with `too_far`. */
    mov: on(z.object(place), ({ players }, { x, y, z }, ctx) => {
      if (!players.has(ctx.client.id)) return ctx.reject(notInWorld.code, notInWorld.message)
      if (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) > worldEnd) {
        return ctx.reject('too_far', `the world ends ${worldEnd} units from its middle`)
      }
      Object.assign(players.edit(ctx.client.id), { toX: x, toY: y, toZ: z, heardAt: ctx.tick })
    }),
    /** Sends a text to all clients, the sender included. Refused with `text_too_long`. */
    say: on(z.object({ text: z.string() }), ({ players }, { text }, ctx) => {
      if (!players.has(ctx.client.id)) return ctx.reject(notInWorld.code, notInWorld.message)
      if (bytesOf(text) > maxSayBytes) return ctx.reject('text_too_long', `at most ${maxSayBytes} bytes`)
      const me = players.edit(ctx.client.id)
      me.heardAt = ctx.tick
      ctx.dispatch('said', { name: me.name, text })
    }),
    /** Does nothing. It keeps a player from being sent away. */
    idl: on(({ players }, _data, ctx) => {
      if (!players.has(ctx.client.id)) return ctx.reject(notInWorld.code, notInWorld.message)
      players.edit(ctx.client.id).heardAt = ctx.tick
    }),
  }),
  timeStep({ players }, dt) {
    players.editEach((player) => {
      const { toX: x, toY: y, toZ: z } = player
      if (player.x === x && player.y === y && player.z === z) return
      Object.assign(player, stepTowards(player, { x, y, z }, speed * dt))
    })
  },
  onLeave: ({ players }, ctx) => void players.delete(ctx.client.id),
  precision: { players: { x: 0.001, y: 0.001, z: 0.001, toX: 0.001, toY: 0.001, toZ: 0.001 } },
})

const notInWorld = { code: 'not_in_world', message: 'log in first; a moment later you are in the world' }

/** True if a player has given no command for too long. */
export function isIdle({ heardAt }: Pick<Player, 'heardAt'>, tick: number): boolean {
  return tick - heardAt >= idleSeconds * tickRate
}

/** Bytes in UTF-8. A lone surrogate takes three bytes, too. */
function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
