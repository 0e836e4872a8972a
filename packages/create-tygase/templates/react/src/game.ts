// The rules: run by the server. All find the same card among many; who is first has the most points.
import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { cardCount, gridSize, leastPlayers, mostPlayers, points, rounds, seconds } from './party.js'

export interface Player {
  name: string
  score: number
  /** Points of this round; 0 until the player has found the card. */
  gained: number
  /** True after a wrong card: there is one try in a round. */
  isOut: boolean
}

export interface Party {
  phase: 'lobby' | 'ready' | 'look' | 'shown' | 'over'
  /** Game time at which the phase ends, in seconds; 0 if it does not end by itself. */
  until: number
  /** From 1. */
  round: number
  /** The card that all look for. */
  wanted: number
  grid: number[]
  /** How many have found it. */
  found: number
  players: EntityMap<Player>
}

export const game = defineGame({
  initialState: (): Party => ({
    phase: 'lobby',
    until: 0,
    round: 0,
    wanted: 0,
    grid: [],
    found: 0,
    players: new EntityMap(),
  }),
  joinData: z.object({ name: z.string().check(z.minLength(1), z.maxLength(16)) }),

  onJoin(state, ctx) {
    if (state.players.size >= mostPlayers) return ctx.reject('full', 'the party is full')
    state.players.set(ctx.client.id, { name: ctx.client.data.name, score: 0, gained: 0, isOut: false })
  },

  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    if (state.phase !== 'lobby' && state.players.size < leastPlayers) change(state, 'lobby', 0)
    else endIfDone(state, ctx.time)
  },

  timeStep(state, _, ctx) {
    if (state.until === 0 || ctx.time < state.until) return
    if (state.phase === 'ready') deal(state, ctx)
    else if (state.phase === 'look') change(state, 'shown', ctx.time + seconds.shown)
    else if (state.round < rounds) nextRound(state, ctx.time)
    else change(state, 'over', 0)
  },

  events: (on) => ({
    /** The host starts, for all who are here. */
    start: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host starts')
      if (state.phase !== 'lobby' && state.phase !== 'over') return ctx.reject('playing', 'a game is on')
      if (state.players.size < leastPlayers) return ctx.reject('alone', 'it takes two: send a friend the link')
      state.players.editEach((player) => {
        player.score = 0
      })
      state.round = 0
      nextRound(state, ctx.time)
    }),

    /** A player takes the card at a place of the grid. */
    pick: on(z.object({ place: z.int().check(z.gte(0), z.lt(gridSize)) }), (state, { place }, ctx) => {
      if (state.phase !== 'look') return ctx.reject('not_now', 'too late')
      const player = state.players.edit(ctx.client.id)
      if (player.isOut || player.gained > 0) return ctx.reject('once', 'one try in a round')
      if (state.grid[place] === state.wanted) {
        player.gained = points[state.found] ?? 1
        player.score += player.gained
        state.found++
      } else player.isOut = true
      endIfDone(state, ctx.time)
    }),
  }),
})

function change(state: Party, phase: Party['phase'], until: number): void {
  state.phase = phase
  state.until = until
}

function nextRound(state: Party, time: number): void {
  state.round++
  state.found = 0
  state.grid = []
  state.players.editEach((player) => {
    player.gained = 0
    player.isOut = false
  })
  change(state, 'ready', time + seconds.ready)
}

/** The cards are dealt when the countdown is over: before, no page has them. */
function deal(state: Party, { random, time }: { random: () => number; time: number }): void {
  const cards = Array.from({ length: cardCount }, (_, card) => card)
  for (let place = 0; place < gridSize; place++) {
    const other = place + Math.floor(random() * (cardCount - place))
    const card = cards[place]!
    cards[place] = cards[other]!
    cards[other] = card
  }
  state.grid = cards.slice(0, gridSize)
  state.wanted = state.grid[Math.floor(random() * gridSize)]!
  change(state, 'look', time + seconds.look)
}

/** A round ends early if no player has a try left. */
function endIfDone(state: Party, time: number): void {
  if (state.phase !== 'look') return
  for (const { isOut, gained } of state.players.values()) if (!isOut && gained === 0) return
  change(state, 'shown', time + seconds.shown)
}
