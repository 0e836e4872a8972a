import type { AnyGame } from '@tygase/gamestate'
import type { ConnectOptions } from './connect-options.js'
import { Connection } from './connection.js'
import { type ServerAddress, transportSourceOf } from './transport-source.js'

/**
 * Connects to a game server. While nobody answers it goes on trying, so a server that starts a little later is found.
 * @typeParam G the game, for the types of state and events: `connect<typeof game>(…)`
 * @param address a `ws:` or `wss:` URL, a `Server` or `Backend` in this process, or a function that opens a transport
 * @returns the connection, once the first whole version of the state is there
 * @throws ClientError (as a rejection) `connect_timeout`; `connect_refused` with `closeInfo` where the server does not let
 * this client in; `invalid_argument`
 */
export async function connect<G extends AnyGame = AnyGame>(
  address: ServerAddress,
  options: ConnectOptions = {},
): Promise<Connection<G>> {
  return Connection.open<G>(transportSourceOf(address), options)
}
