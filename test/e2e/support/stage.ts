import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import { Backend, type BackendOptions, type RunOptions } from '@tygase/server'
import { afterEach } from 'vitest'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A backend on a free port, shut down after the test. */
export async function runBackend<G extends AnyGame>(
  game: G,
  options: BackendOptions = {},
  runOptions: RunOptions = {},
): Promise<Backend<G>> {
  const backend = new Backend(game, options)
  cleanups.push(() => backend.shutdown({ endSessions: true, drainMs: 200 }))
  await backend.run(runOptions)
  return backend
}

export function urlOf(backend: { readonly port: number | undefined }, path = '/'): string {
  return `ws://localhost:${backend.port}${path}`
}

/** A client of it over a real WebSocket, disconnected after the test. */
export async function join<G extends AnyGame>(
  backend: Backend<G>,
  options: ConnectOptions = {},
): Promise<Connection<G>> {
  const connection = await connect<G>(urlOf(backend), options)
  cleanups.push(() => connection.disconnect())
  return connection
}

/** Resolves with the first call of the function that `subscribe` is given. */
export function once<Args extends unknown[]>(subscribe: (listener: (...args: Args) => void) => unknown): Promise<Args> {
  return new Promise((resolve) => {
    subscribe((...args: Args) => resolve(args))
  })
}
