import type { AnyGame } from '@tygase/gamestate'
import { Connection } from './connection.js'
import { reasonOfAbort } from './opening.js'
import { type ConnectOptions, checkConnectOptions, type RequiredData } from './options.js'
import { type ServerAddress, transportSourceOf } from './transport-source.js'

/**
 * Connects to a game server and joins. While no server answers, it goes on trying, so a server that starts a little later
 * is found.
 * @typeParam G the game, for the types of state and events: `connect<typeof game>(…)`
 * @param address a `ws:` or `wss:` URL, a `Server` in this process, or a function that opens a transport
 * @returns the connection, once the game's `onJoin` has run and the state with it is here
 * @throws as a rejection: ClientError `connect_timeout` with the `cause`; `connect_refused` with `closeInfo` and, if the
 * server gave a code, `refusal`; `invalid_argument`; the reason of `signal`
 */
export function connect<G extends AnyGame>(
  address: ServerAddress,
  options: ConnectOptions<G> & RequiredData<G> & { game: G },
): Promise<Connection<G>>
export function connect<G extends AnyGame = AnyGame>(
  address: ServerAddress,
  ...options: unknown extends RequiredData<G>
    ? [options?: ConnectOptions<G>]
    : [options: ConnectOptions<G> & RequiredData<G>]
): Promise<Connection<G>>
export async function connect<G extends AnyGame>(
  address: ServerAddress,
  options: ConnectOptions<G> = {},
): Promise<Connection<G>> {
  const settings = checkConnectOptions(options as ConnectOptions)
  const source = transportSourceOf(address)
  if (settings.signal?.aborted === true) throw reasonOfAbort(settings.signal)
  return Connection.open<G>(source, settings)
}
