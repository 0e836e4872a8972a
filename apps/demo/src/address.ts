/** The path of the game's WebSocket; all other paths lead to the page. */
export const gamePath = '/play'

/** The default port of the server. */
export const defaultPort = 8080

/** The default address for bots and watchers. */
export const defaultUrl = `ws://localhost:${defaultPort}${gamePath}`

/**
 * Reads an address as people type it: `localhost:8080`, `http://…` as copied from a browser, or a whole `ws://` URL.
 * @returns undefined for a text that is no address
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
