import { isLoopback } from './host.js'

/**
 * The limit of a number for each address. Without a number of the user's own this machine's addresses have none: programs
 * on it are trusted, and a proxy on it that is not named as one would lock everybody out.
 * @param given the user's, which then holds for all addresses
 */
export function limitPerAddress(given: number | undefined, usual: number): (host: string) => number {
  return (host) => given ?? (isLoopback(host) ? Number.POSITIVE_INFINITY : usual)
}
