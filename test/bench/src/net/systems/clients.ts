import { colyseusClients } from './colyseus-client.js'
import type { Call, CallerName, NetClients, NetSystemName } from './net-system.js'
import { callSocketIo, socketIoClients } from './socket-io-client.js'
import { callTygase, tygaseClients } from './tygase-client.js'

export function clientsOf(system: NetSystemName): NetClients {
  return clients[system]
}

const clients: Record<NetSystemName, NetClients> = {
  tygase: tygaseClients,
  colyseus: colyseusClients,
  'socket.io': socketIoClients,
}

/** A client that is ready to call. */
export function openCaller(system: CallerName, port: number): Promise<Call> {
  return system === 'tygase' ? callTygase(port) : callSocketIo(port)
}
