/** Who a client is, once it has been found out. */
export interface Identity {
  /** The same for each session of a user: what is kept for the user is kept by it. 1 to 256 characters. */
  readonly userId: string
  /** What others may see. */
  readonly name?: string
  /** What else was vouched for. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** When it ends to hold, in ms of Unix time; the session ends then too. Missing: with the session. */
  readonly expiresAtMs?: number
}

/** How a client came. */
export interface AuthRequest {
  /** Of the URL, `/` at least: `/arena/42`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Names in lower case; undefined for a client in the process of the server. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
  /** Undefined for a client in the process of the server. */
  readonly address: string | undefined
  /** Aborts when nobody waits for the answer any more: the client has gone, or its time is over. */
  readonly signal: AbortSignal
  /** How long the answer may take, in ms. */
  readonly timeoutMs: number
}

/**
 * Says who a client is, given what it presents in its first packet. To refuse it, throws a `RefusalError`, whose code and message the
 * client sees; whatever else it throws is a fault of the server, of which the client sees nothing.
 */
export type Auth = (credentials: unknown, request: AuthRequest) => Identity | Promise<Identity>
