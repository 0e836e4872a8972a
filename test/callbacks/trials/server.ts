import { request } from 'node:http'
import { connect } from '@tygase/client'
import { createTransportPair } from '@tygase/protocol'
import { type AcceptedTransport, BlockList, Server, type Storage } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { MemoryJournal } from '@tygase/testkit'
import { answers, gameOf, inPlay, type Stage, type Trial, toCaller, turn } from '../stage.js'

type Play = Parameters<NonNullable<Parameters<typeof inPlay>[2]>>[0]

const joins = ({ stage, server }: Play): Promise<unknown> => stage.join(server).then(undefined, () => {})

const leaves = async ({ stage, server }: Play): Promise<void> => {
  const other = await stage.join(server)
  await other.disconnect()
}

/** Loses the transport of a second client, which resumes once the server has noticed. */
const resumes = async ({ stage, server }: Play): Promise<void> => {
  const { address, cut } = cuttable(server)
  const other = await stage.join(address as never)
  cut(other.clientId)
  const isConnected = (): boolean => other.status === 'connected'
  while (isConnected()) await turn()
  while (!isConnected()) await turn()
}

/** An address whose transports can be cut. */
function cuttable(server: Play['server']) {
  let last: ReturnType<Play['server']['openTransport']> | undefined
  let clientId = ''
  const openTransport = () => {
    // a server that is busy may hear of the end later than of a new transport: that one would take the place of the old
    if (server.clients.get(clientId)?.status === 'connected') throw new Error('the server has not noticed yet')
    last = server.openTransport()
    return last
  }
  // the server sees a transport that has closed without a word, and so does the client
  const cut = (id: string): void => {
    clientId = id
    const { onClose } = last!
    last!.close(4000, '')
    onClose?.(4000, '')
  }
  return { address: { openTransport, path: '/' }, cut }
}

const listens = (name: 'onJoin' | 'onLeave' | 'onSuspend' | 'onResume', act: (play: Play) => unknown): Trial =>
  inPlay(
    new RegExp(`a listener of ${name} failed`),
    () => ({}),
    (play) => {
      const { room } = play.server
      ;(room[name] as (listener: () => unknown) => unknown)(play.stage.fail)
      return act(play)
    },
  )

/** A disk is full until the hook hears of it. */
function failsToWrite(): Trial {
  let journal = new MemoryJournal()
  return inPlay(
    /onJournal of a room failed/,
    ({ fail }) => {
      journal = new MemoryJournal()
      const onJournal = (): unknown => {
        journal.isFailing = false
        return fail()
      }
      return { server: { save: { journal }, onJournal } }
    },
    (play) => {
      journal.isFailing = true
      void joins(play)
    },
  )
}

const handles = (register: (play: Play) => unknown): Trial =>
  inPlay(
    /a handler failed/,
    () => ({}),
    async (play) => {
      const off = register(play) as (() => void) | undefined
      await asks(play, 'ping', 'handler_failed')
      off?.()
    },
  )

/** An event that is refused with a code. */
async function asks({ connection }: Play, name: string, code: string): Promise<void> {
  const ask = connection.request as (name: string, data: unknown, options: object) => Promise<unknown>
  const error = await ask(name, undefined, { timeoutMs: 60_000 }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if ((error as { code?: string } | undefined)?.code !== code) throw error ?? new Error(`${name} was not refused`)
}

/** Answers to a client of the port. */
async function statusOf(server: Play['server'], headers: object = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: 'localhost', headers: { ...headers, connection: 'close' } })
    sent.on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
}

const upgrade = {
  ...{ connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

async function upgradeStatus(server: Play['server']): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: 'localhost', headers: upgrade })
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(101)
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** A storage with one method that fails. */
function storageWith(name: string, stage: Stage): object {
  const own = memoryStorage()
  const methods: Storage = {
    get: (key) => own.get(key),
    put: (key, value) => own.put(key, value),
    delete: (key) => own.delete(key),
    list: (prefix, options) => own.list(prefix, options),
    batch: (operations) => own.batch(operations),
    close: () => own.close(),
  }
  return { ...methods, [name]: stage.fail }
}

/** A kind of room that is saved to a storage with a method that fails; a client asks for a room of it. */
const stores = (name: string, logged: RegExp): Trial => ({
  logged,
  run: async (stage) => {
    const { server, connection } = await stage.play()
    const rooms = new Server({ logger: stage.logger })
    rooms.define('arena', gameOf({}), { save: { storage: storageWith(name, stage) as never } })
    stage.onEnd(() => rooms.shutdown({ endSessions: true, drainMs: 1 }))
    await rooms.run({ port: false })
    const room = await rooms.createRoom('arena').then(
      (made) => made,
      () => undefined,
    )
    if (room !== undefined) {
      room.machine.step({ timeMs: 0 })
      await room.close({ forget: name === 'delete' })
    }
    await stage.logged()
    await answers(connection)
    if (server.room.status !== 'open') throw new Error('another room has ended')
  },
})

/** A transport of a user with one method that fails from `arm` on. */
const carries = (
  name: 'send' | 'sendShared' | 'close' | 'pause' | 'resume' | 'charge' | 'mayWork',
  act: (play: Play) => unknown,
): Trial => ({
  logged: /a transport failed/,
  run: async (stage) => {
    const { server, connection } = await stage.play({ server: { limits: { maxEventsPerSecond: 30 } } })
    const [own, clients] = createTransportPair(queueMicrotask)
    const usual = (own as AcceptedTransport)[name]?.bind(own) as ((...args: unknown[]) => unknown) | undefined
    Object.assign(own, { [name]: stage.failsLater((...args: unknown[]) => usual?.(...args)) })
    // the pair's own `sendShared` would call the `send` that fails, in place of the server
    if (name === 'send') Object.assign(own, { sendShared: undefined })
    // only a transport with a budget of its own is asked whether its client may work
    if (name === 'mayWork') Object.assign(own, { charge: () => {} })
    server.acceptTransport(own)
    const other = await stage.join({ openTransport: () => clients, path: '/' } as never, {
      connect: { reconnect: false, timeoutMs: 60_000 },
    })
    stage.arm()
    await act({ server, connection: other, stage })
    await stage.logged()
    stage.disarm()
    await answers(connection)
  },
})

const floods = ({ connection }: Play): void => {
  const send = connection.dispatchEvent as (name: string, data: unknown) => void
  for (let index = 0; index < 50; index++) send('ping', 'x'.repeat(100))
}

const listenerWith = (parts: object): object => ({
  listen: async () => ({ url: 'test://' }),
  close: async () => {},
  ...parts,
})

export const serverTrials: Readonly<Record<string, Trial>> = {
  'ServerOptions.auth': inPlay(
    /auth failed/,
    (stage) => ({ server: { auth: stage.failsLater(() => ({ userId: 'a' })) } }),
    joins,
  ),
  'RoomOptions.auth': inPlay(
    /auth failed/,
    (stage) => ({ server: { auth: stage.failsLater(() => ({ userId: 'a' })) } }),
    joins,
  ),
  'ServerOptions.accessLog.info': inPlay(
    /the access log failed/,
    (stage) => ({ server: { accessLog: { info: stage.fail } } }),
    leaves,
  ),
  'ServerOptions.accessLog.write': inPlay(
    /the access log failed/,
    (stage) => ({ server: { accessLog: { write: stage.fail } } }),
    leaves,
  ),
  'ServerOptions.wallClock.now': inPlay(
    /wallClock failed/,
    (stage) => ({
      server: { wallClock: { now: stage.failsLater(() => 0) }, auth: () => ({ userId: 'a', expiresAtMs: 10_000_000 }) },
    }),
    joins,
  ),
  'ServerOptions.random': inPlay(
    /a hello failed/,
    (stage) => ({ server: { random: stage.failsLater(Math.random) } }),
    joins,
  ),
  'RoomOptions.handlers[]': handles(({ server, stage }) =>
    server.registerEventHandler('ping' as never, stage.fail as never),
  ),
  'Room.registerEventHandler(handler)': handles(({ server, stage }) =>
    server.room.registerEventHandler('ping' as never, stage.fail as never),
  ),
  'Server.registerEventHandler(handler)': handles(({ server, stage }) =>
    server.registerEventHandler('ping' as never, stage.fail as never),
  ),
  'RoomOptions.onCreate': {
    logged: /a room cannot be made/,
    run: async (stage) => {
      const { connection } = await stage.play()
      const rooms = new Server({ logger: stage.logger })
      rooms.define('arena', gameOf({}), { onCreate: stage.fail })
      stage.onEnd(() => rooms.shutdown({ endSessions: true, drainMs: 1 }))
      await rooms.run({ port: false })
      await rooms.createRoom('arena').catch(() => {})
      await stage.logged()
      await answers(connection)
    },
  },
  'DivergenceOptions.onDivergence': {
    logged: /a report about a replica failed/,
    run: async (stage) => {
      const game = { initialState: () => ({ steps: 0, names: [], bytes: new Uint8Array(1) }) }
      const divergence = { everyMs: 20, onDivergence: stage.fail }
      const { connection } = await stage.play({ game, server: { divergence } })
      // the page writes into its replica
      ;(connection.state as { bytes: Uint8Array }).bytes[0] = 1
      await stage.logged()
      await answers(connection)
    },
  },
  'RoomOptions.onJoin': inPlay(/onJoin of a room failed/, (stage) => ({ server: { onJoin: stage.fail } }), joins),
  'RoomOptions.onLeave': inPlay(/onLeave of a room failed/, (stage) => ({ server: { onLeave: stage.fail } }), leaves),
  'RoomOptions.onTick': inPlay(/onTick of a room failed/, (stage) => ({ server: { onTick: stage.fail } })),
  'RoomOptions.onJournal': failsToWrite(),
  'RoomOptions.onShutdown': {
    logged: /onShutdown of a room failed/,
    run: async (stage) => {
      const { server } = await stage.play({ server: { onShutdown: stage.fail } })
      await server.shutdown()
    },
  },
  'Room.onJoin(listener)': listens('onJoin', joins),
  'Room.onLeave(listener)': listens('onLeave', leaves),
  'Room.onSuspend(listener)': listens('onSuspend', resumes),
  'Room.onResume(listener)': listens('onResume', resumes),
  'GameStateStore.subscribe(listener)': inPlay(
    /a subscriber of the store failed/,
    () => ({}),
    ({ server, stage }) => server.room.store.subscribe(stage.fail),
  ),
  'GameStateMachine.onTick(listener)': inPlay(
    /a listener of onTick failed/,
    () => ({}),
    ({ server, stage }) => server.room.machine.onTick(stage.fail),
  ),
  'GameStateMachine.onRunning(listener)': inPlay(
    /a listener of onRunning failed/,
    () => ({}),
    ({ server, stage }) => {
      server.room.machine.onRunning(stage.fail)
      server.room.pause()
      server.room.resume()
    },
  ),
  'GameStateMachine.onDropped(listener)': {
    logged: /a listener of onDropped failed/,
    run: async (stage) => {
      let nowMs = 0
      const timers: (() => void)[] = []
      const clock = {
        now: () => nowMs,
        schedule: (_: number, callback: () => void) => {
          timers.push(callback)
          return () => {}
        },
      }
      const server = await stage.serve({ server: { clock } })
      server.room.machine.onDropped(stage.fail)
      nowMs += 10_000
      for (const callback of timers.splice(0)) callback()
      await stage.logged()
      await Promise.resolve()
      if (!server.room.machine.running) throw new Error('the machine has stopped')
    },
  },
  'Channels.subscribe(listener)': inPlay(
    /a subscriber of 'news' failed/,
    () => ({}),
    ({ server, stage }) => {
      server.channels.create('news')
      server.channels.subscribe('news', stage.fail)
      server.channels.publish('news', 'x')
    },
  ),
  'Channels.onLost(listener)': {
    logged: /a listener of onLost failed/,
    run: async (stage) => {
      let lose = (_lost: { channel: string; count: number }): void => {}
      const channels = {
        onLost: (listener: typeof lose) => {
          lose = listener
        },
      }
      const server = new Server({ cluster: { channels } as never, logger: stage.logger })
      server.channels.onLost(stage.fail)
      lose({ channel: 'news', count: 1 })
      await stage.logged()
    },
  },
  'ServerDispatchOptions.onAck': inPlay(
    /onAck of 'news' failed/,
    () => ({}),
    ({ server, connection, stage }) => {
      connection.registerEventHandler('news' as never, (() => 1) as never)
      ;(server.dispatchEvent as (...args: unknown[]) => void)('news', 1, { onAck: stage.fail })
    },
  ),
  'ServerDispatchOptions.onFail': inPlay(
    /onFail of 'news' failed/,
    () => ({}),
    ({ server, connection, stage }) => {
      connection.registerEventHandler(
        'news' as never,
        (() => {
          throw new Error('refused')
        }) as never,
      )
      ;(server.dispatchEvent as (...args: unknown[]) => void)('news', 1, { onFail: stage.fail })
    },
  ),
  'SaveOptions.migrate': {
    logged: /a room cannot be made/,
    run: async (stage) => {
      const { connection } = await stage.play()
      const storage = memoryStorage()
      for (const version of [1, 2]) {
        const rooms = new Server({ logger: stage.logger, storage })
        rooms.define('arena', gameOf({}), { save: { version, migrate: stage.fail } })
        await rooms.run({ port: false })
        const room = await rooms.createRoom('arena', { id: '1' } as never).catch(() => undefined)
        room?.machine.step({ timeMs: 0 })
        await room?.close()
        await rooms.shutdown({ endSessions: true, drainMs: 1 })
      }
      await stage.logged()
      await answers(connection)
    },
  },
  'RunOptions.requestListener': inPlay(
    /requestListener failed/,
    (stage) => ({ run: { port: 0, requestListener: stage.fail } }),
    async ({ server }) => {
      const status = await statusOf(server)
      if (status !== 500) throw new Error(`the answer has the status ${status}`)
    },
  ),
  'RunOptions.allowedOrigins': inPlay(
    /allowedOrigins failed/,
    (stage) => ({ run: { port: 0, allowedOrigins: stage.fail } }),
    async ({ server }) => {
      const status = await upgradeStatus(server)
      if (status !== 403) throw new Error(`the upgrade was answered with ${status}`)
    },
  ),
  'BlockList.onAdd(listener)': toCaller((stage) => {
    const list = new BlockList()
    list.onAdd(stage.fail)
    list.add('192.0.2.1')
  }),
  'Listener.listen': toCaller((stage) => stage.serve({ run: { listeners: [listenerWith({ listen: stage.fail })] } })),
  'Listener.close': {
    logged: /a listener could not be closed/,
    run: async (stage) => {
      const server = await stage.serve({ run: { listeners: [listenerWith({ close: stage.fail })] } })
      await server.shutdown()
      await server.run({ port: false })
    },
  },
  'Listener.leavePort': {
    logged: /a listener could not leave its port/,
    run: async (stage) => {
      const parts = { server: { save: { journal: new MemoryJournal() } } }
      const server = await stage.serve({ ...parts, run: { listeners: [listenerWith({ leavePort: stage.fail })] } })
      await server.shutdown({ handOver: true, endSessions: true })
      if (server.running) throw new Error('the server still runs')
    },
  },
  'Listener.setSecureContext': toCaller(async (stage) => {
    const server = await stage.serve({ run: { listeners: [listenerWith({ setSecureContext: stage.fail })] } })
    server.setSecureContext({})
  }),
  'AcceptedTransport.send': carries('send', floods),
  'AcceptedTransport.sendShared': carries('sendShared', () => {}),
  'AcceptedTransport.close': carries('close', ({ server, connection }) => {
    server.room.clients.get(connection.clientId)?.disconnect()
  }),
  'AcceptedTransport.pause': carries('pause', floods),
  'AcceptedTransport.resume': carries('resume', floods),
  'AcceptedTransport.charge': carries('charge', floods),
  'AcceptedTransport.mayWork': carries('mayWork', floods),
  'Storage.get': stores('get', /a room cannot be made/),
  'Storage.put': stores('put', /a state was not saved/),
  'Storage.delete': stores('delete', /could not be deleted/),
  'Storage.list': stores('list', /a state was not saved/),
  'Clock.now': clockFails('now'),
  'Clock.schedule': clockFails('schedule'),
  'Clock.schedule()': clockFails('cancel'),
  'Logger.debug': loggerFails('debug'),
  'Logger.info': loggerFails('info'),
  'Logger.warn': loggerFails('warn'),
  'Logger.error': loggerFails('error'),
}

/** A clock of which one function fails for a while: the play goes on when it works again. */
function clockFails(name: 'now' | 'schedule' | 'cancel'): Trial {
  return {
    logged: /the clock failed/,
    run: async (stage) => {
      const now = (): number => performance.now()
      const schedule = (delayMs: number, callback: () => void): (() => void) => {
        const timer = setTimeout(callback, delayMs)
        const cancel = (): void => clearTimeout(timer)
        return name === 'cancel' ? stage.failsLater(cancel) : cancel
      }
      const own = { now, schedule, ...(name === 'now' && { now: stage.failsLater(now) }) }
      const server = await stage.serve({
        server: { clock: name === 'schedule' ? { ...own, schedule: stage.failsLater(schedule) } : own },
      })
      await stage.join(server)
      stage.arm()
      await connect(server as never, { timeoutMs: 50, logger: false }).then(
        (other) => other.disconnect(),
        () => {},
      )
      await stage.logged()
    },
  }
}

/** A logger of which one method fails: reported at the console, and the play goes on. */
function loggerFails(name: 'debug' | 'info' | 'warn' | 'error'): Trial {
  return {
    logged: /the logger failed/,
    run: async (stage) => {
      const print = console.error
      // the console also counts lines that other trials have made, and counts this one if another trial has made it before
      console.error = (message: string) => {
        if (message.includes('the logger failed')) stage.lines.push({ message, err: stage.error })
      }
      try {
        const logger = { ...stage.logger, [name]: stage.fail }
        const { server, connection } = await stage.play({
          server: {
            logger,
            onJoin: () => {
              throw new Error('x')
            },
          },
          connect: { logger },
        })
        server.counters.add('blocked')
        ;(server.pushEvent as (name: string) => void)('nothing' as never)
        await stage.join(server)
        await server.shutdown()
        await server.run({ port: false })
        await stage.logged()
        await answers(connection)
      } finally {
        console.error = print
      }
    },
  }
}
