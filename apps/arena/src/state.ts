import { type EntityMap, event, type RuleContext } from '@tygase/gamestate'
import type { PickupKind } from './field.js'

/** A player's disc. Others get it only while they see it. */
export interface Body {
  colour: number
  /** Centre, in units of the arena. */
  x: number
  y: number
  /** Units a second. */
  vx: number
  vy: number
  /** The direction that its player steers in: a vector no longer than 1. */
  dx: number
  dy: number
  /** Of the aim, in radians. */
  angle: number
  /** 0 to `fullHealth`. */
  health: number
  /** Volleys of orbs that are left. */
  volleys: number
  /** The ticks from which rifle and orbs are ready. */
  shotTick: number
  volleyTick: number
  /** True after a death, until `backAt`: it cannot act, and is neither hit nor seen. */
  waits: boolean
  /** Game time in seconds. */
  backAt: number
  /** How often it has appeared somewhere. */
  spawns: number
  /** The player of the last hit; empty before the first. */
  hitBy: string
}

/** An orb that flies. Its id is made by `newId`. */
export interface Orb {
  owner: string
  x: number
  y: number
  /** Units a second. */
  vx: number
  vy: number
}

export interface Pickup {
  kind: PickupKind
  x: number
  y: number
  isThere: boolean
  /** Game time in seconds at which it is there again. */
  backAt: number
}

/** A line of the table. All clients see all lines. */
export interface Score {
  name: string
  colour: number
  bot: boolean
  kills: number
  deaths: number
}

/** The state of a game. */
export interface Arena {
  /** From 1. */
  round: number
  phase: 'play' | 'break'
  /** Game time in seconds at which the phase ends. */
  endsAt: number
  /** The winner of the last round; empty before the first, and if there was none. */
  winner: string
  /** By client id. */
  bodies: EntityMap<Body>
  orbs: EntityMap<Orb>
  pickups: EntityMap<Pickup, number>
  /** By client id, like the bodies. */
  scores: EntityMap<Score>
}

/** The events that the server sends. The page of a player that causes one with `predict` shows it at once. */
export const serverEvents = {
  /** A shot of the rifle, to the one who shoots. What a client predicts exactly can be the same at both ends. */
  shot: event<{ angle: number }>({ predict: true }),
  /** `whom` was hit. To the attacker alone. */
  hit: event<{ shot: string; whom: string }>({ predict: true }),
  /** A shot of the rifle, to all others that see its beginning or its end. */
  tracer: event<{ by: string; x: number; y: number; toX: number; toY: number; isHit: boolean }>(),
  /** The player has taken a pick-up. To that player alone. */
  taken: event<{ id: number; kind: PickupKind }>({ predict: true }),
  /** To all. `by` is empty for a player who left meanwhile. */
  killed: event<{ by: string; whom: string }>(),
}

export type Context = RuleContext<typeof serverEvents, unknown, Arena>
