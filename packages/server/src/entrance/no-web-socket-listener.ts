import { ServerError } from '../errors.js'
import type { Listener, ListeningAddress } from './listener.js'

/** Stands for the WebSocket listener in browsers and React Native, which cannot listen at a port. */
export class WebSocketListener implements Listener {
  /** @throws (as a rejection) ServerError `listen_failed`, always */
  async listen(): Promise<ListeningAddress> {
    throw new ServerError('listen_failed', 'a browser cannot listen at a port: use run({ port: false })')
  }

  async close(): Promise<void> {}
}
