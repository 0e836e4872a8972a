import { inspect } from 'node:util'
import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { AnyGame, Logger } from '@tygase/gamestate'
import { type RoomOptions, type RunOptions, Server, type ServerOptions } from '@tygase/server'
import { afterEach, expect } from 'vitest'

/** Many clients may connect at once on a slow machine. */
export const connectTimeoutMs = 50_000

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** All that the servers and clients of a test have logged, errors with their causes and stacks. */
const lines: string[] = []
/** Texts that no line may have: credentials and tickets of the clients of a test, and the addresses of this machine. */
const secrets = new Set<string>()
const addresses = ['127.0.0.1', '::1']

const take = (details: object, message: string): void => void lines.push(`${message} ${inspect(details, { depth: 9 })}`)

/** Keeps the lines, which `afterEach` searches for secrets. */
export const searchedLogger: Logger = { debug: take, info: take, warn: take, error: take }

/** No line of the log may have the texts in `value`. */
export function keepSecret(value: unknown): void {
  if (typeof value === 'string' && value.length >= 8) secrets.add(value)
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(keepSecret)
}

afterEach(() => {
  const told = lines.splice(0)
  const shown = [...secrets, ...addresses].filter((secret) => told.some((line) => line.includes(secret)))
  secrets.clear()
  expect(shown, 'the log shows secrets').toEqual([])
})

/** A server with one game on a free port, shut down after the test. */
export async function runServer<G extends AnyGame>(
  game: G,
  options: ServerOptions & RoomOptions<G> = {},
  runOptions: RunOptions = {},
): Promise<Server<G>> {
  const server = new Server<G>({ game, logger: searchedLogger, ...options })
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
    { timeoutMs: connectTimeoutMs, logger: searchedLogger, ...options },
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
