import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { VirtualClock } from '@tygase/testkit/internal'
import { z } from 'zod'
import { type Auth, RefusalError, type Room, Server } from '../../src/index.js'
import type { RoomOptions, ServerOptions } from '../../src/options.js'
import { LogBook, passTime } from './stage.js'

export interface Arena {
  rounds: number
  players: EntityMap<{ name: string; gold: number }>
}

export const arena = defineGame({
  version: 3,
  tickRate: 20,
  joinData: z.object({ name: z.string().trim().max(10).default('nameless') }).default({ name: 'nameless' }),
  initialState: (): Arena => ({ rounds: 0, players: new EntityMap<{ name: string; gold: number }>() }),
  serverEvents: { news: event<string>(), paid: event<number>() },
  onJoin: (state, ctx) => {
    if (ctx.client.data.name === 'banned') return ctx.reject('banned', 'not you')
    if (ctx.client.data.name === 'broken') throw new Error('a bug')
    state.players.set(ctx.client.id, { name: ctx.client.data.name, gold: 0 })
    ctx.dispatch('news', `welcome ${ctx.client.data.name}`, { to: ctx.client.id })
  },
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  events: (on) => ({
    pay: on(z.object({ gold: z.number(), note: z.string().trim().default('none') }), (state, { gold }, ctx) => {
      const player = state.players.edit(ctx.client.id)
      if (player === undefined) return ctx.reject('no_player', 'you are not here')
      player.gold += gold
      ctx.dispatch('paid', gold, { to: ctx.client.id })
      return player.gold
    }),
    whoAmI: on((_state, _data, { client }) => ({
      userId: client.userId ?? null,
      name: client.name ?? null,
      isHost: client.isHost,
      data: client.data.name,
    })),
    reward: on(
      z.object({ id: z.string(), gold: z.number() }),
      (state, { id, gold }) => {
        state.players.edit(id)!.gold += gold
      },
      { from: 'server' },
    ),
    bug: on(() => {
      throw new Error('a bug')
    }),
  }),
  view: (state, clientId) => ({
    ...state,
    players: state.players.filter((_, id) => id === clientId || state.rounds > 0),
  }),
})

type Options = ServerOptions & RoomOptions<typeof arena>
export type Connected = Connection<typeof arena>

/** A server plays one game, or it has rooms. */
export const kinds = ['one game', 'rooms'] as const

/** A server of this kind in virtual time, and clients of its room. */
export async function setUp(kind: (typeof kinds)[number], { auth, ...options }: Options = {}) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const { maxSessions, maxSessionsPerAddress, blockList, storage, authTimeoutMs, wallClock, ...roomOptions } = options
  const ofServer = {
    ...(maxSessions !== undefined && { maxSessions }),
    ...(maxSessionsPerAddress !== undefined && { maxSessionsPerAddress }),
    ...(blockList !== undefined && { blockList }),
    ...(storage !== undefined && { storage }),
    ...(authTimeoutMs !== undefined && { authTimeoutMs }),
    ...(auth !== undefined && { auth }),
    ...(wallClock !== undefined && { wallClock }),
    clock,
    logger: log,
  }
  const ofRoom = { idleGraceMs: Number.POSITIVE_INFINITY, ...roomOptions }
  const server =
    kind === 'one game'
      ? new Server({ ...ofServer, ...ofRoom, game: arena })
      : new Server(ofServer).define('arena', arena, ofRoom)
  await server.run({ port: false })
  const pass = (ms: number): Promise<void> => passTime(clock, ms)
  const settle = async <Value>(promise: Promise<Value>, ms = 300): Promise<Value> => {
    promise.catch(() => {})
    await pass(ms)
    return promise
  }
  const room = (): Room<typeof arena> =>
    (kind === 'one game' ? server.room : server.rooms.get('arena/1')) as Room<typeof arena>
  if (kind === 'rooms') await server.createRoom('arena', { id: '1' })
  const enter = (given: ConnectOptions<typeof arena> = {}): Promise<Connected> => {
    const address = kind === 'one game' ? server : server.at('/arena/1')
    return connect<typeof arena>(address, { clock, logger: log, data: { name: 'Ada' }, ...given })
  }
  const join = (given?: ConnectOptions<typeof arena>): Promise<Connected> => settle(enter(given))
  /** The code with which a client is refused. */
  const refused = (given?: ConnectOptions<typeof arena>): Promise<string | undefined> =>
    settle(
      enter({ timeoutMs: 800, ...given }).then(
        () => undefined,
        (error) => error.refusal?.code ?? error.closeInfo?.code ?? error.code,
      ),
      1000,
    )
  return { clock, log, server, room, pass, settle, enter, join, refused }
}

/** Believes each user, unless the credentials are bad. */
export const auth: Auth = (credentials) => {
  if (credentials === 'bad') throw new RefusalError('wrong_password', 'no')
  return { userId: String(credentials), name: `the ${String(credentials)}` }
}
