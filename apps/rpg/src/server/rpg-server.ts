import { type Accounts, AuthError, passwordAuth } from '@tygase/auth'
import type { Clock, Logger } from '@tygase/gamestate'
import type { Storage } from '@tygase/server'
import { RoomServer } from '@tygase/server'
import { roomId, roomName } from '../address.js'
import { world } from '../world.js'
import { SavedPlayers } from './saved-players.js'
import { WorldRoomHooks } from './world-room.js'

export interface RpgServerOptions {
  /** Accounts and players. Stays open. */
  storage: Storage
  accounts: Accounts
  logger: Logger
  /** Default: real time. */
  clock?: Clock
  /** The time of day, in ms of Unix time. Default: the real one. */
  unixNow?: () => number
}

/** A server with the one world in it, and the players it keeps. */
export interface RpgServer {
  readonly server: RoomServer
  /** Tells everybody, saves them and frees the port. */
  shutdown(reason: string): Promise<void>
}

/** Nobody types faster. */
const maxEventsPerSecond = 50

/** Makes the server and its world; it is yet to be run. */
export async function createRpgServer(options: RpgServerOptions): Promise<RpgServer> {
  const { storage, accounts, logger, clock, unixNow = Date.now } = options
  const saved = new SavedPlayers(storage, logger)
  const server = new RoomServer({
    auth: passwordAuth(accounts),
    // after a crash all players come back at once, and a password takes its time
    authTimeoutMs: 20_000,
    logger,
    // a broken connection is given back its session for so long
    limits: { maxEventsPerSecond, graceMs: 5000 },
    ...(clock && { clock }),
  })
  server.define(roomName, world, {
    ...new WorldRoomHooks(saved, unixNow, logger).options,
    // whoever reads nothing for half a minute has to go
    maxBufferedBytes: 8192,
    slowTimeoutMs: 30_000,
  })
  await server.createRoom(roomName, { id: roomId })
  return {
    server,
    async shutdown(reason) {
      await server.shutdown({ reason, endSessions: true })
      // those who were sent away were saved as they left
      await saved.save([])
    },
  }
}

/** The two players of the demo data. */
const demoUsers = [
  ['foo', '1234'],
  ['bar', '4321'],
] as const

/** Adds the players of the demo who are not there yet. @returns the names of those added */
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
