import ws from 'ws'
import type { Socket } from './socket.js'

/** Compression off, as at the server: what is sent is small and dense already. */
class NodeSocket extends ws {
  constructor(url: string) {
    super(url, { perMessageDeflate: false, maxPayload: 0 })
  }
}

// reason: `ws` types its handlers with events of its own, of which only what `Socket` names is used
export const WebSocket = NodeSocket as unknown as new (url: string) => Socket
