import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Player {
  name: string
  team: 'red' | 'blue'
  ready: boolean
}

interface Lobby {
  phase: 'lobby' | 'playing'
  map: 'sea' | 'desert' | 'city'
  players: EntityMap<Player>
}

export const game = defineGame({
  initialState: (): Lobby => ({ phase: 'lobby', map: 'sea', players: new EntityMap() }),
  joinData: z.object({ name: z.string().min(1).max(12) }),
  onJoin(state, ctx) {
    const { name } = ctx.client.data
    if (state.phase === 'playing') return ctx.reject('playing', 'the game is played')
    const isTaken = [...state.players.values()].some((other) => other.name.toLowerCase() === name.toLowerCase())
    if (isTaken) return ctx.reject('name_taken', 'another player has that name')
    const team = sizeOf(state, 'blue') < sizeOf(state, 'red') ? 'blue' : 'red'
    state.players.set(ctx.client.id, { name, team, ready: false })
  },
  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    const isEmpty = sizeOf(state, 'red') === 0 || sizeOf(state, 'blue') === 0
    if (state.phase === 'playing' && isEmpty) toLobby(state)
  },
  events: (on) => ({
    ready: on(z.object({ ready: z.boolean() }), (state, { ready }, ctx) => {
      if (state.phase === 'playing') return ctx.reject('playing', 'the game is played')
      state.players.edit(ctx.client.id).ready = ready
    }),
    team: on(z.object({ team: z.enum(['red', 'blue']) }), (state, { team }, ctx) => {
      if (state.phase === 'playing') return ctx.reject('playing', 'the game is played')
      if (state.players.get(ctx.client.id)?.team === team) return
      Object.assign(state.players.edit(ctx.client.id), { team, ready: false })
    }),
    choose: on(z.object({ map: z.enum(['sea', 'desert', 'city']) }), (state, { map }, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host chooses')
      if (state.phase === 'playing') return ctx.reject('playing', 'the game is played')
      state.map = map
      toLobby(state)
    }),
    start: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host starts')
      if (state.phase === 'playing') return ctx.reject('playing', 'the game is played')
      if (sizeOf(state, 'red') === 0 || sizeOf(state, 'blue') === 0) return ctx.reject('too_few', 'a team is empty')
      const isReady = [...state.players].every(([id, { ready }]) => ready || id === ctx.client.id)
      if (!isReady) return ctx.reject('not_ready', 'wait for the others')
      state.phase = 'playing'
    }),
    stop: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host stops')
      if (state.phase !== 'playing') return ctx.reject('not_playing', 'this is the lobby')
      toLobby(state)
    }),
  }),
})

function sizeOf(state: Lobby, team: Player['team']): number {
  return [...state.players.values()].filter((player) => player.team === team).length
}

function toLobby(state: Lobby): void {
  state.phase = 'lobby'
  state.players.editEach((player) => {
    player.ready = false
  })
}
