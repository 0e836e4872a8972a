/** Where on the server's port the game's WebSocket is; everything else is the page. */
export const gamePath = '/play'

/** Where the server listens when nobody says otherwise. */
export const defaultPort = 8080

/** The address that bots and watchers connect to when nobody says otherwise. */
export const defaultUrl = `ws://localhost:${defaultPort}${gamePath}`

/**
 * The game's address from what somebody typed: `localhost:8080`, `http://…` as copied from a browser, or a whole `ws://` URL.
 * @returns undefined for what is no address
 */
export function gameUrl(typed: string): string | undefined {
  const withScheme = /^[a-z]+:\/\//i.test(typed) ? typed : `ws://${typed}`
  if (!URL.canParse(withScheme)) return undefined
  const url = new URL(withScheme.replace(/^http/i, 'ws'))
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return undefined
  if (url.pathname === '/') url.pathname = gamePath
  url.hash = ''
  url.search = ''
  return url.href
}
