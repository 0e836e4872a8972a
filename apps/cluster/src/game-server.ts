import { arena } from '@tygase/arena/game'
import { Cluster } from '@tygase/cluster'
import { natsEngine } from '@tygase/cluster/nats'
import { openSharedJournal } from '@tygase/record'
import { Server } from '@tygase/server'
import { gracefully } from '@tygase/server/process'

/** What a game server is started with. */
export interface GameServerOptions {
  readonly port: number
  /** Where it reaches NATS. */
  readonly natsPort: number
  /** Of the journal that all servers share. */
  readonly folder: string
}

/** What a game server says of itself. */
export interface ServerReport {
  readonly serverId: string | undefined
  /** True while it may act for its rooms. */
  readonly mayAct: boolean
  readonly rooms: readonly { readonly id: string; readonly clients: number }[]
  /** Servers that it takes for alive, itself included. */
  readonly known: number
}

/** Before the paths of rooms. */
export const gamePath = '/play'
const leaseMs = 2000
const reportMs = 200

/** Serves the shooter as one of many, and reports to the process that has started this one. */
export async function runGameServer({ port, natsPort, folder }: GameServerOptions): Promise<void> {
  // Ctrl-C reaches all processes of a terminal: the first one ends the others
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.exit(1))
  const engine = await natsEngine({
    servers: `127.0.0.1:${natsPort}`,
    timeoutMs: leaseMs / 2,
    startTimeoutMs: 60_000,
    connection: { reconnectTimeWait: 100 },
  })
  const cluster = new Cluster({ engine, address: `ws://127.0.0.1:${port}${gamePath}`, leaseMs })
  const server = new Server({ cluster })
  server.define('arena', arena, { save: { journal: openSharedJournal(folder) }, limits: { graceMs: 60_000 } })
  await server.run({ port, hostname: '127.0.0.1', path: gamePath })
  gracefully(server, { signals: ['SIGTERM'], after: [engine] })
  setInterval(() => {
    const rooms = [...server.rooms.values()].map(({ id, clients }) => ({ id, clients: clients.size }))
    const { serverId, mayAct, servers } = cluster
    const report: ServerReport = { serverId, mayAct, rooms, known: servers.length }
    if (process.connected) process.send?.(report)
  }, reportMs)
}
