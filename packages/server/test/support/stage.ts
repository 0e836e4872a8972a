import { defineGame, EntityMap, event, type Logger } from '@tygase/gamestate'
import { type Credentials, writeCredentials } from '@tygase/protocol/internal'
import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'
import type { ClientAddress } from '../../src/entrance/address.js'
import { Server } from '../../src/index.js'
import type { RoomOptions, ServerOptions } from '../../src/options.js'
import { schemaOf } from './schema.js'
import { VirtualClient } from './virtual-client.js'

export interface Field {
  sum: number
  here: EntityMap<{ since: number }>
}

/** Ticks 20 times a second. */
export const field = defineGame({
  initialState: (): Field => ({ sum: 0, here: new EntityMap<{ since: number }>() }),
  tickRate: 20,
  serverEvents: { news: event<string>(), added: event<number>() },
  events: (on) => ({
    add: on(
      schemaOf((value) => typeof value === 'number'),
      (state, amount, ctx) => {
        state.sum += amount
        ctx.dispatch('added', amount)
        return state.sum
      },
    ),
    whisper: on(
      schemaOf((value) => typeof value === 'string'),
      (_state, to, ctx) => {
        ctx.dispatch('added', 0, { to })
      },
    ),
  }),
  onJoin: (state, ctx) => {
    state.here.set(ctx.client.id, { since: ctx.tick })
  },
  onLeave: (state, ctx) => {
    state.here.delete(ctx.client.id)
  },
})

export const quickLink: LinkConditions = {
  latencyMs: 10,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reliable: true,
}

/** The log entries, by level. */
export class LogBook implements Logger {
  readonly errors: string[] = []
  readonly warnings: string[] = []
  readonly infos: string[] = []

  debug(): void {}

  info(_details: object, message: string): void {
    this.infos.push(message)
  }

  warn(_details: object, message: string): void {
    this.warnings.push(message)
  }

  error(_details: object, message: string): void {
    this.errors.push(message)
  }
}

/** Lets time pass, and promises settle meanwhile. */
export async function passTime(clock: VirtualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10) {
    clock.advance(Math.min(10, left))
    for (let i = 0; i < 40; i++) await Promise.resolve()
  }
}

/** What joins clients to a server in virtual time. */
export function dialerOf(clock: VirtualClock, server: Pick<Server, 'acceptTransport'>) {
  let seed = 100
  const newLink = (conditions: LinkConditions | readonly [LinkConditions, LinkConditions] = quickLink): SimulatedLink =>
    new SimulatedLink(clock, createSeededRandom(seed++), conditions)
  const dial = (conditions?: Parameters<typeof newLink>[0], clientAddress?: ClientAddress): SimulatedLink => {
    const link = newLink(conditions)
    server.acceptTransport(clientAddress ? Object.assign(link.ends[1], { clientAddress }) : link.ends[1])
    return link
  }
  const join = (
    conditions?: Parameters<typeof newLink>[0],
    path = '/',
    credentials: Credentials = {},
    clientAddress?: ClientAddress,
  ) => {
    const link = dial(conditions, clientAddress)
    const client = new VirtualClient<Field>(clock, link.ends[0], seed, path, writeCredentials(credentials))
    return { client, link }
  }
  return { newLink, dial, join }
}

/** A server of `field` in virtual time, and how to join it. */
export async function setStage(options: ServerOptions & RoomOptions<typeof field> = {}) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const random = createSeededRandom(5)
  const server = new Server({
    game: field,
    sendMembers: false,
    maxVersions: 1000,
    clock,
    random,
    logger: log,
    ...options,
  })
  await server.run({ port: false })
  const pass = (ms: number): Promise<void> => passTime(clock, ms)
  const { store, machine, room } = server
  return { clock, log, store, machine, room, server, pass, ...dialerOf(clock, server) }
}

/** A server with rooms of `field`, of the kind `field`, in virtual time, and how to join one. */
export async function setRoomStage(options: ServerOptions = {}, roomOptions: RoomOptions<typeof field> = {}) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const random = createSeededRandom(7)
  const server = new Server({ clock, random, logger: log, ...options })
  server.define('field', field, { sendMembers: false, ...roomOptions })
  await server.run({ port: false })
  const pass = (ms: number): Promise<void> => passTime(clock, ms)
  const dialer = dialerOf(clock, server)
  const join = (path: string, credentials: Credentials = {}, clientAddress?: ClientAddress) =>
    dialer.join(quickLink, path, credentials, clientAddress)
  /** As `join`, for a client that is done at once. */
  const joined = async (path: string, credentials: Credentials = {}): Promise<VirtualClient<Field>> => {
    const { client } = join(path, credentials)
    await pass(200)
    return client
  }
  return { clock, log, server, pass, dial: dialer.dial, join, joined }
}

/** The code of a refusal, which stands at the start of its reason; undefined for a client that is not refused. */
export function refusalOf(client: VirtualClient<Field>): string | undefined {
  // a refusal that may pass does not end a session that has not begun
  const passing = client.statuses.findLast(([status]) => status === 'connecting')?.[1]
  const { closeInfo = passing } = client.session
  return closeInfo?.code === 'refused' ? closeInfo.reason.split(':')[0] : closeInfo?.code
}
