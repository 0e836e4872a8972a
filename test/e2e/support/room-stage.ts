import type { Connection, ConnectOptions } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import { type RoomOptions, type RunOptions, Server, type ServerOptions } from '@tygase/server'
import { afterEach } from 'vitest'
import { arena } from './arena.js'
import { connect } from './patient.js'
import { keepSecret, searched } from './searched-log.js'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A server with rooms of `arena` on a free port, shut down after the test; and how to join one over a real WebSocket. */
export async function runRooms(
  options: ServerOptions = {},
  roomOptions: RoomOptions<typeof arena> = {},
  runOptions: RunOptions = {},
) {
  const server = new Server({ ...options, logger: searched(options.logger) })
  server.define('arena', arena, roomOptions)
  cleanups.push(() => server.shutdown({ endSessions: true, drainMs: 200 }))
  await server.run(runOptions)
  const url = (path: string): string => `ws://localhost:${server.port}${path}`
  const join = async <G extends AnyGame = typeof arena>(
    path: string,
    connectOptions: ConnectOptions = {},
  ): Promise<Connection<G>> => {
    keepSecret(connectOptions.credentials)
    keepSecret(connectOptions.ticket)
    // reason: games of these tests that need join data get it in the options
    const connection = await (connect as (url: string, options: ConnectOptions) => Promise<Connection<G>>)(url(path), {
      ...connectOptions,
      logger: searched(connectOptions.logger),
    })
    cleanups.push(() => connection.disconnect())
    return connection
  }
  return { server, url, join }
}

/** The code with which a server of rooms has refused a client. */
export async function refusalOf(joining: Promise<unknown>): Promise<string | undefined> {
  const error = await joining.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return (error as { refusal?: { code: string } } | undefined)?.refusal?.code
}
