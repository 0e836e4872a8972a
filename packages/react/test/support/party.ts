import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { createHooks } from '../../src/index.js'

/** The least that a Standard Schema can be: takes what `isValid` does. */
function schemaOf<Data>(isValid: (value: unknown) => value is Data) {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      types: undefined as { input: Data; output: Data } | undefined,
      validate: (value: unknown) => (isValid(value) ? { value } : { issues: [{ message: 'not what it should be' }] }),
    },
  }
}

export interface Party {
  round: number
  players: EntityMap<{ name: string; score: number }>
}

export const party = defineGame({
  initialState: (): Party => ({ round: 0, players: new EntityMap() }),
  joinData: schemaOf((value): value is { name: string } => typeof (value as { name?: unknown })?.name === 'string'),
  presence: schemaOf((value): value is { typing: boolean } => typeof value === 'object'),
  serverEvents: { cheer: event<string>() },
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { name: ctx.client.data.name, score: 0 }),
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  events: (on) => ({
    score: on((state, _, ctx) => {
      const player = state.players.edit(ctx.client.id)
      player.score++
      ctx.dispatch('cheer', `${player.name} has ${player.score}`)
    }),
    next: on((state) => {
      state.round++
    }),
  }),
})

export const hooks = createHooks<typeof party>()

/** A server with rooms of the party, in virtual time. */
export async function setServer() {
  const clock = new VirtualClock()
  const server = new Server({ clock, wallClock: clock, random: createSeededRandom(3), logger: false })
  server.define('party', party, { maxClients: 2 }).defineRoomList()
  await server.run({ port: false })
  /** Lets time pass, and promises settle meanwhile. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10) {
      clock.advance(Math.min(10, left))
      for (let i = 0; i < 60; i++) await undefined
    }
  }
  let seed = 4
  const options = (name: string) => ({
    data: { name },
    clock,
    logger: false as const,
    random: createSeededRandom(seed++),
  })
  return { clock, server, pass, options, sessions: () => server.stats.sessions }
}
