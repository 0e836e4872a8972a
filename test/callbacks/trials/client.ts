import { type Connection, connect, listRooms } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { type AnyGame, event, on } from '@tygase/gamestate'
import { createTransportPair } from '@tygase/protocol'
import { answers, gameOf, inPlay, type Stage, type Trial, toCaller, turn } from '../stage.js'

type Play = Parameters<NonNullable<Parameters<typeof inPlay>[2]>>[0]

const listens = (news: string, act: (play: Play) => unknown): Trial =>
  inPlay(new RegExp(`a listener of ${news} failed`), () => ({}), act)

const send = ({ connection }: Play, name: string, options: object): void =>
  (connection.dispatchEvent as (name: string, data?: unknown, options?: object) => void)(name, undefined, options)

const ping = on(() => 'pong')

/** Dispatches at the client what the server refuses. */
const unsure = on((_state: object, _data: undefined, ctx) => {
  ctx.dispatch('news' as never)
  ctx.serverOnly()
  ctx.reject('not_so')
})

/** A play whose client predicts. */
const predicted = (game: object): object => ({ game, connect: { game: gameOf(game), predict: predict() } })

/** A play whose client predicts, and draws a ball that moves. */
const drawing = (motion: object): object =>
  predicted({
    initialState: () => ({ ball: { x: 0 } }),
    timeStep: (state: { ball: { x: number } }) => void state.ball.x++,
    events: { ping, look: on(() => true, { rewind: true }) },
    motion: { ball: { fields: { x: 'linear' }, ...motion } },
  })

/** An attempt to connect that fails. */
const opens = (address: (stage: Stage) => unknown): Trial =>
  inPlay(
    /an attempt to connect failed/,
    () => ({}),
    async ({ stage }) => {
      const open = connect as (address: unknown, options: object) => Promise<unknown>
      await open(address(stage), { timeoutMs: 50, logger: stage.logger }).catch(() => {})
    },
  )

/** A transport at the client with one method that fails from `arm` on. */
const carries = (name: 'send' | 'close'): Trial => ({
  logged: /a transport failed/,
  run: async (stage) => {
    const { server, connection } = await stage.play()
    const [own, clients] = createTransportPair(queueMicrotask)
    const usual = clients[name].bind(clients) as (...args: unknown[]) => unknown
    Object.assign(clients, { [name]: stage.failsLater(usual) })
    server.acceptTransport(own)
    const address = { openTransport: () => clients, path: '/' } as never
    const other: Connection<AnyGame> = await stage.join(address, { connect: { reconnect: false } })
    stage.arm()
    if (name === 'close') await other.disconnect()
    else send({ server, connection: other, stage }, 'ping', {})
    await stage.logged()
    await answers(connection)
  },
})

const channels = (method: 'create' | 'subscribe'): Trial =>
  inPlay(
    /a handler of a channel failed/,
    () => ({ server: { channels: { clientsMayCreate: true } } }),
    async ({ server, connection, stage }) => {
      if (method === 'subscribe') server.channels.create('news')
      await (connection.channels[method] as (name: string, handler: () => unknown) => Promise<unknown>)(
        'news',
        stage.fail,
      )
      server.channels.publish('news', 'x')
    },
  )

export const clientTrials: Readonly<Record<string, Trial>> = {
  'connect(address)': opens((stage) => stage.fail),
  'connect(address).openTransport': opens((stage) => ({ openTransport: stage.fail, path: '/' })),
  'Transport.send': carries('send'),
  'Transport.close': carries('close'),
  'CommonConnectOptions.random': toCaller((stage) =>
    connect('ws://localhost:1', { random: stage.fail, timeoutMs: 50, logger: stage.logger }),
  ),
  'Channels.create(handler)': channels('create'),
  'Channels.subscribe(handler)': channels('subscribe'),
  'Connection.onStatus(listener)': {
    logged: /a listener of the status failed/,
    run: async (stage) => {
      const { server, connection } = await stage.play()
      const other = await stage.join(server)
      other.onStatus(stage.fail)
      await other.disconnect()
      await stage.logged()
      await answers(connection)
    },
  },
  'Connection.onGameChange(listener)': listens('the game', ({ server, connection, stage }) => {
    connection.onGameChange(stage.fail)
    server.room.pause()
    server.room.resume()
  }),
  'Connection.onMembersChange(listener)': listens('the members', ({ server, connection, stage }) => {
    connection.onMembersChange(stage.fail)
    return stage.join(server)
  }),
  'Presence.onChange(listener)': {
    logged: /a listener of the presence failed/,
    run: async (stage) => {
      const presence = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } }
      const { connection } = await stage.play({ game: { presence } })
      connection.presence.onChange(stage.fail)
      connection.presence.set(1)
      await stage.logged()
      await answers(connection)
    },
  },
  'Connection.subscribe(listener)': listens('the state', ({ connection, stage }) => connection.subscribe(stage.fail)),
  'Connection.subscribe(selector)': listens('the state', ({ connection, stage }) => {
    stage.disarm()
    connection.subscribe(stage.failsLater((state) => state) as never, (() => {}) as never)
    stage.arm()
  }),
  'SelectOptions.equal': listens('the state', ({ connection, stage }) => {
    const select = connection.subscribe as (...args: unknown[]) => unknown
    select(
      (state: object) => state,
      () => {},
      { equal: stage.fail },
    )
  }),
  'Connection.waitUntil(predicate)': toCaller(async (stage) => {
    const { connection } = await stage.play()
    await connection.waitUntil(stage.fail)
  }),
  'Connection.registerEventHandler(handler)': inPlay(
    /a handler failed/,
    () => ({}),
    ({ server, connection, stage }) => {
      connection.registerEventHandler('news' as never, stage.fail as never)
      ;(server.dispatchEvent as (...args: unknown[]) => void)('news', 1)
    },
  ),
  'Connection.registerEventHandler(options).onRetract': inPlay(
    /onRetract failed/,
    () => predicted({ serverEvents: { news: event({ predict: true }) }, events: { ping, act: unsure } }),
    ({ connection, stage }) => {
      const register = connection.registerEventHandler as (...args: unknown[]) => unknown
      register('news', () => {}, { onRetract: stage.fail })
      send({ connection } as Play, 'act', { onFail: () => {} })
    },
  ),
  'GameDefinition.predictPart': inPlay(
    /the rule predictPart cannot be predicted/,
    (stage) => predicted({ predictPart: stage.failsLater((state: object) => state) }),
    ({ connection }) => connection.subscribe(() => {}, { predicted: true }),
  ),
  'PartMotion.ahead': toCaller(async (stage) => {
    const { connection } = await stage.play(drawing({ ahead: stage.fail }))
    connection.scene()
  }),
  'PartMotion.cut of what an event has seen': inPlay(
    /the motion of the game failed/,
    (stage) => drawing({ ahead: false, cut: stage.failsLater(() => false) }),
    async (play) => {
      while (!play.stage.lines.some(({ err }) => play.stage.isOwn(err))) {
        play.stage.disarm()
        await turn()
        play.connection.scene()
        play.stage.arm()
        send(play, 'look', {})
      }
    },
  ),
  'DispatchOptions.onAck': inPlay(
    /onAck of 'ping' failed/,
    () => ({}),
    (play) => send(play, 'ping', { onAck: play.stage.fail }),
  ),
  'DispatchOptions.onFail': inPlay(
    /onFail of 'other' failed/,
    () => ({}),
    (play) => send(play, 'other', { onFail: play.stage.fail }),
  ),
  'listRooms(address).listRooms': toCaller((stage) => listRooms({ listRooms: stage.fail } as never)),
}
