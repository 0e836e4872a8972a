import { useEffect, useState } from 'preact/hooks'

/** The place in the page that the address names. */
export type Route =
  | { readonly page: 'dashboard' | 'rooms' | 'recording' }
  | { readonly page: 'room'; readonly room: string }

/** Reads the part of an address behind `#`. An unknown place is the dashboard. */
export function routeOf(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  if (page === 'recording') return { page }
  if (page !== 'rooms') return { page: 'dashboard' }
  if (rest.length === 0 || rest[0] === '') return { page }
  try {
    return { page: 'room', room: rest.map(decodeURIComponent).join('/') }
  } catch {
    return { page }
  }
}

/** The address of a room: the key may have any characters. */
export function hrefOfRoom(key: string): string {
  return `#/rooms/${key.split('/').map(encodeURIComponent).join('/')}`
}

/** The place that the address names now. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const change = (): void => setHash(location.hash)
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return routeOf(hash)
}
