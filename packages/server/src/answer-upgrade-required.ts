import type { RequestListener } from 'node:http'

/** Answers requests where there is nothing but WebSocket. */
export const answerUpgradeRequired: RequestListener = (_request, response) => {
  response
    .writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket', connection: 'close' })
    .end('This is a game server: use WebSocket.\n')
}
