import type { Connection, ConnectOptions } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import { type RoomOptions, type RunOptions, Server, type ServerOptions } from '@tygase/server'
import { afterEach } from 'vitest'
import { connect } from './patient.js'
import { keepSecret, searched } from './searched-log.js'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A server with one game on a free port, shut down after the test. */
export async function runServer<G extends AnyGame>(
  game: G,
  options: ServerOptions & RoomOptions<G> = {},
  runOptions: RunOptions = {},
): Promise<Server<G>> {
  const server = new Server<G>({ game, ...options, logger: searched(options.logger) })
  cleanups.push(() => server.shutdown({ endSessions: true, drainMs: 200 }))
  await server.run(runOptions)
  return server
}

export function urlOf(server: { readonly port: number | undefined }, path = '/'): string {
  return `ws://localhost:${server.port}${path}`
}

/** A client of it over a real WebSocket, disconnected after the test. */
export async function join<G extends AnyGame>(server: Server<G>, options: ConnectOptions = {}): Promise<Connection<G>> {
  // reason: games of these tests that need join data get it in the options
  keepSecret(options.credentials)
  keepSecret(options.ticket)
  const connection = await (connect as (url: string, options: ConnectOptions) => Promise<Connection<G>>)(
    urlOf(server),
    { ...options, logger: searched(options.logger) },
  )
  cleanups.push(() => connection.disconnect())
  return connection
}

/** Resolves with the first call of the function that `subscribe` is given. */
export function once<Args extends unknown[]>(subscribe: (listener: (...args: Args) => void) => unknown): Promise<Args> {
  return new Promise((resolve) => {
    subscribe((...args: Args) => resolve(args))
  })
}
