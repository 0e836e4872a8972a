import type { Hono } from 'hono'
import type { ClientAddress } from '../client-address.js'

/** What a route finds in `c.env`. */
export interface HttpEnv {
  /** Where the request came from; undefined for one that was made in this process. */
  readonly clientAddress: ClientAddress | undefined
}

/** A Hono app to put routes on. */
export type HttpApp = Hono<{ Bindings: HttpEnv }>
