import type { IncomingMessage } from 'node:http'
import type { ClientAddress } from './client-address.js'
import { addressOf } from './defence/trusted-proxies.js'

/** Kept beside the requests: whatever answers them is given requests of Node's own kind. */
const clients = new WeakMap<object, ClientAddress>()

/** Says where a request comes from, as its server has found out. */
export function noteClient(request: IncomingMessage, client: ClientAddress): void {
  clients.set(request, client)
}

/** Where a request comes from: as was noted, or the other end of its socket where another server than ours has taken it. */
export function clientOf(request: Pick<IncomingMessage, 'socket'>): ClientAddress {
  return clients.get(request) ?? addressOf(request.socket)
}
