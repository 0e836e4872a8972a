import type { Socket } from './socket.js'

/** Opens the runtime's own WebSocket: in browsers and in React Native. @throws for a URL that it does not take */
export function openSocket(url: URL): Socket {
  const { WebSocket } = globalThis as unknown as { WebSocket: new (url: string) => Socket }
  return new WebSocket(url.href)
}

/** @returns the common reasons: browsers hide the right one from programs */
export function reasonOf(url: URL): string {
  const { location } = globalThis as { location?: { protocol?: string; origin?: string } }
  if (location?.protocol === 'https:' && url.protocol === 'ws:') {
    return `a page by https: needs a wss: address, not ${url.origin}${url.pathname}`
  }
  const origin = location?.origin === undefined ? '' : `, the server does not allow the origin ${location.origin}`
  return (
    `cannot open a WebSocket to ${url.origin}${url.pathname}: ` +
    `nothing listens there, no game server at this path${origin}, or ws: and wss: confused`
  )
}
