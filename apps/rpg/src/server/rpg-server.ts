import { type Accounts, AuthError, passwordAuth } from '@tygase/auth'
import type { Clock, Logger } from '@tygase/gamestate'
import { Server, type Storage } from '@tygase/server'
import { roomId, roomName } from '../address.js'
import { world } from '../world.js'
import { SavedPlayers } from './saved-players.js'
import { WorldRoomHooks } from './world-room.js'

export interface RpgServerOptions {
  /** Accounts and players. It stays open. */
  storage: Storage
  accounts: Accounts
  logger: Logger
  /** Default: real time. */
  clock?: Clock
  /** The time of day, in ms of Unix time. Default: the real one. */
  unixNow?: () => number
}

/** A server with the world in it. */
export interface RpgServer {
  readonly server: Server
  /** Ends all sessions with the reason, saves the players and frees the port. */
  shutdown(reason: string): Promise<void>
}

/** No player types faster. */
const maxEventsPerSecond = 50

/** Makes the server and its world. The caller runs it. */
export async function createRpgServer(options: RpgServerOptions): Promise<RpgServer> {
  const { storage, accounts, logger, clock, unixNow = Date.now } = options
  const saved = new SavedPlayers(storage, logger)
  const server = new Server({
    auth: passwordAuth(accounts),
    // after a crash all players come back at once, and checking a password takes time
    authTimeoutMs: 20_000,
    logger,
    // a broken connection may resume for so long
    limits: { maxEventsPerSecond, graceMs: 5000 },
    ...(clock && { clock }),
  })
  server.define(roomName, world, {
    ...new WorldRoomHooks(saved, unixNow, logger).options,
    // a client that reads nothing for half a minute is closed
    maxBufferedBytes: 8192,
    slowTimeoutMs: 30_000,
  })
  await server.createRoom(roomName, { id: roomId })
  return {
    server,
    async shutdown(reason) {
      await server.shutdown({ reason, endSessions: true })
      // clients were saved as they left: wait for that
      await saved.save([])
    },
  }
}

/** The two players of the demo data. */
const demoUsers = [
  ['foo', '1234'],
  ['bar', '4321'],
] as const

/** Adds the players of the demo that have no account yet. @returns their names */
export async function addDemoUsers(accounts: Accounts): Promise<string[]> {
  const added: string[] = []
  for (const [name, password] of demoUsers) {
    try {
      await accounts.add(name, password)
      added.push(name)
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'name_taken') throw error
    }
  }
  return added
}
