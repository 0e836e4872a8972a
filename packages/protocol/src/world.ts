/** What a client is told about the game besides its state: in the welcome, and by a `$world` event when it changes. */
export interface World {
  /** The host client, null for none. */
  readonly host: string | null
  /** Whether the game runs or is paused. */
  readonly running: boolean
  /** In Hz. */
  readonly tickRate: number
  /** State goes out on every n-th tick. */
  readonly sendEveryTicks: number
}

/** The server's own event that tells of a changed `World`. */
export const worldEvent = '$world'

/** The request that shuts the server down: for the host client. */
export const shutdownEvent = '$shutdown'

/** Names that begin so belong to the library. */
export function isReserved(name: string): boolean {
  return name.startsWith('$')
}
