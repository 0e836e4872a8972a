import type { Clock, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import type { OwnedConnection } from './owned-connection.js'
import type { ServerConnection } from './server-connection.js'

export interface HostShutdownOptions {
  clock: Clock
  logger: Logger
  connections: ReadonlyMap<string, OwnedConnection>
  /** Does what the host client has asked for. */
  shutdown(reason: string): Promise<void>
}

/** Handles the request that shuts down: obeyed when it comes from the host client, and refused otherwise. */
export function hostShutdown(options: HostShutdownOptions): (data: unknown, connection: ServerConnection) => void {
  const { clock, logger, connections, shutdown } = options
  return (_data, { clientId, isHost }) => {
    if (!isHost) {
      logger.warn({ clientId }, 'a client that is not host asked for a shutdown')
      throw new RefusalError('not_host_client', 'only the host client may shut the server down')
    }
    logger.info({ clientId }, 'the host client shuts the server down')
    // after the ack of this very event has been queued; who asked will not come back
    clock.schedule(0, () => {
      connections.get(clientId)?.end('shutdown', 'shut down by this client')
      void shutdown('shut down by the host client')
    })
  }
}
