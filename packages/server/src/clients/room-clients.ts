import type { ClientLink } from './client-link.js'

/** The clients of one room. Fields, because they are read on each tick; `ClientLifecycle` alone changes them. */
export class RoomClients {
  /** All sessions, in the order of their beginning: clients whose join waits, and suspended ones, too. */
  readonly all = new Map<string, ClientLink>()
  /** Clients that have joined, in the order of their joins. */
  readonly joined = new Map<string, ClientLink>()
  readonly suspended = new Set<ClientLink>()
  /** Id of the host client; undefined for none. */
  host: string | undefined = undefined
}
