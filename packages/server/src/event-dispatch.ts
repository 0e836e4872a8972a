import type { Logger, Recipients } from '@tygase/gamestate'
import { ProtocolError } from '@tygase/protocol'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import { ServerError } from './errors.js'
import { guard } from './guard.js'
import type { OwnedConnection } from './owned-connection.js'
import type { ServerDispatchOptions } from './server-options.js'

export interface Dispatch extends Pick<ServerDispatchOptions, 'retries' | 'onAck' | 'onFail'> {
  name: string
  data: unknown
  /** The event is handled at a replica of this version or later. */
  minVersion: number
  now: number
}

/**
 * @returns the connections that `recipients` names
 * @throws ServerError `unknown_client` naming one that is not there, before anything is sent; who is only excepted need not be there
 */
export function connectionsOf(
  recipients: Recipients,
  connections: ReadonlyMap<string, OwnedConnection>,
): OwnedConnection[] {
  if (recipients === 'all') return [...connections.values()]
  if (typeof recipients === 'object' && 'except' in recipients) {
    const except = new Set(typeof recipients.except === 'string' ? [recipients.except] : recipients.except)
    return [...connections.values()].filter(({ clientId }) => !except.has(clientId))
  }
  const clientIds = typeof recipients === 'string' ? [recipients] : [...new Set(recipients)]
  return clientIds.map((clientId) => {
    const connection = connections.get(clientId)
    if (connection === undefined) throw new ServerError('unknown_client', `there is no client '${clientId}'`)
    return connection
  })
}

/** Messages that a session has not taken, of which only the first is logged at once: a slow client is no flood in the log. */
interface Dropping {
  count: number
  lastAtMs: number
}

const droppings = new WeakMap<OwnedConnection, Dropping>()
/** Dropping is over when nothing has been dropped for so long: a queue that is full mostly has a place now and then. */
const quietMs = 5000

function dropped(connection: OwnedConnection, event: string, now: number, logger: Logger): void {
  const dropping = droppings.get(connection)
  droppings.set(connection, { count: (dropping?.count ?? 0) + 1, lastAtMs: now })
  if (dropping !== undefined) return
  logger.warn({ clientId: connection.clientId, event }, 'events to a client are dropped from now on')
}

/** Logs how many events to a client were dropped, if any were: when that is over, or its session ends. */
export function endDropping(connection: OwnedConnection, logger: Logger): void {
  const dropping = droppings.get(connection)
  if (dropping === undefined) return
  droppings.delete(connection)
  logger.warn({ clientId: connection.clientId, dropped: dropping.count }, 'events to a client were dropped')
}

/**
 * Queues one event at the sessions of `connections`; each is retried, acked and failed by itself. Where a session cannot
 * take it (its queue is full, it ends just now), `onFail` is called with the reason and the others are not kept from it.
 * @throws ProtocolError `payload_invalid`, `payload_limit`, `event_too_large`, `invalid_argument`, before anything is sent
 */
export function sendToAll(connections: readonly OwnedConnection[], dispatch: Dispatch, logger: Logger): void {
  const { name, data, minVersion, now, retries = 0, onAck, onFail } = dispatch
  // all have the limits of this server
  const payload = encodePayload(data, connections[0]?.session.sendLimits)
  for (const connection of connections) {
    const fail = (error: ProtocolError): void =>
      guard(logger, `onFail of '${name}' failed`, () => onFail?.(connection, error))
    const ack = (result: Uint8Array | undefined): void => {
      let value: unknown
      try {
        value = result && decodePayload(result, connection.session.receiveLimits)
      } catch (cause) {
        // a mistake of the peer's, which ends its session; whoever waits for the event is told
        fail(new ProtocolError('payload_malformed', `the result of '${name}' cannot be read`, { cause }))
        return connection.end('malformed', `the result of '${name}' cannot be read`)
      }
      guard(logger, `onAck of '${name}' failed`, () => onAck?.(connection, value))
    }
    try {
      connection.session.send(name, payload, { retries, minVersion, onAck: ack, onFail: fail }, now)
      if (now - (droppings.get(connection)?.lastAtMs ?? now) >= quietMs) endDropping(connection, logger)
    } catch (error) {
      const isOfSession =
        error instanceof ProtocolError && (error.code === 'queue_full' || error.code === 'session_closed')
      if (!isOfSession) throw error
      if (error.code === 'queue_full') dropped(connection, name, now, logger)
      else logger.debug({ clientId: connection.clientId, event: name }, 'an event came too late for its client')
      fail(error)
    }
  }
}
