import type { Server, Storage } from '@tygase/server'
import { game } from './game.js'

/** Rooms of the kind `climb`, whose leaderboards outlive the process. */
export function define(server: Server, storage: Storage): void {
  server.define('climb', game, { idleGraceMs: 2000, save: { storage, version: 1, intervalMs: 1000 } })
}
