import { withProcesses } from './helper-process.js'
import { measureWindow, type NetEffort } from './measure-window.js'
import type { ClientFigures, RequestFigures, ServerFigures } from './questions.js'
import type { CallerName, NetSystemName } from './systems/net-system.js'

/** One system in one window. */
export interface RoomFigures {
  /** Processor time of the server, in microseconds per client and tick. */
  cpuPerClientTick: number
  /** Bytes per client and second, frames and all, without TCP. */
  bytesPerSecond: number
  latenessP50Ms: number
  latenessP99Ms: number
  /** Memory of the server per client, in bytes. */
  memoryPerClient: number
  /** Share of the window in which the clients' process was at work: near 1 it would hold the server up. */
  clientCpuShare: number
}

/** The share of a window's ticks that every client has to have got, for a window that counts. */
const fewestUpdatesShare = 0.9

/** @throws Error when the server was not what it should be: clients without updates, replicas without rows */
export function measureRoom(system: NetSystemName, clients: number, effort: NetEffort): Promise<RoomFigures> {
  return withProcesses(async (server, client) => {
    const { port } = await server.ask('open', { system })
    await client.ask('open', { system, port, clients })
    const { ofServer, ofClients } = await measureWindow(server, client, effort)
    return roomFiguresOf(system, clients, ofServer, ofClients)
  })
}

/** @throws Error where a client has not got nearly all updates */
export function roomFiguresOf(
  name: string,
  clients: number,
  ofServer: ServerFigures,
  ofClients: ClientFigures,
): RoomFigures {
  const { ticks, latenessP50Ms, latenessP99Ms } = ofServer
  if (ticks === 0 || ofClients.fewestUpdates < ticks * fewestUpdatesShare) {
    throw new Error(`${name}: a client got ${ofClients.fewestUpdates} updates in ${ticks} ticks.`)
  }
  return {
    cpuPerClientTick: ofServer.cpuMicroseconds / clients / ticks,
    bytesPerSecond: ofClients.bytesPerClient / ofClients.seconds,
    latenessP50Ms,
    latenessP99Ms,
    memoryPerClient: ofServer.memoryBytes / clients,
    clientCpuShare: ofClients.cpuShare,
  }
}

/** @param seconds for requests one after the other, and once more for many at a time */
export function measureRequests(system: CallerName, seconds: number): Promise<RequestFigures> {
  return withProcesses(async (server, client) => {
    const { port } = await server.ask('open', { system })
    return client.ask('request', { system, port, seconds })
  })
}
