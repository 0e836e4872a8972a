import type { SocketClass } from './socket.js'

/** The browser's own. */
export const WebSocket = (globalThis as unknown as { WebSocket: SocketClass }).WebSocket
