import { writeSync } from 'node:fs'
import * as gamestate from '@tygase/gamestate'
import * as gamestateInternal from '@tygase/gamestate/internal'
import * as protocol from '@tygase/protocol/internal'
import * as serverPackage from '@tygase/server'
import { holdGame, prepareRoom, roomOptions } from '../../bench/src/hold/game.js'
import type { Library } from '../../bench/src/hold/library.js'

/** The sources, as the attackers of the benchmark want them. */
export const library: Library = {
  gamestate: { ...gamestate, ...gamestateInternal },
  protocol,
  server: serverPackage,
}

/** What a server says of itself, one line each. */
export type Said =
  | { readonly kind: 'port'; readonly port: number }
  /** Text and details of an entry of the log, or of the access log: that one has who came and who went, and why. */
  | {
      readonly kind: 'log' | 'access'
      readonly text: string
      readonly clientId?: string
      readonly code?: string
      readonly remote?: string
    }

/** Entries that are said. */
const mostEntries = 10_000

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`)
}

/** Serves the game of the hold benchmark, paused: nothing that waits for its rules is ever done. Ends with its process. */
export async function servePaused(): Promise<void> {
  let entries = 0
  const noteAs =
    (kind: 'log' | 'access') =>
    (details: object, text = ''): void => {
      if (entries++ >= mostEntries) return
      const { clientId, code, remote } = details as { clientId?: string; code?: string; remote?: string }
      // what is undefined is left out of the line
      say({ kind, text, ...({ clientId, code, remote } as object) })
    }
  const note = noteAs('log')
  const { Server } = serverPackage
  const server = new Server({
    logger: { debug() {}, info: note, warn: note, error: note },
    accessLog: { info: noteAs('access') },
  })
  const game = holdGame(library, () => {})
  server.define('hold', game, { ...roomOptions, runWhenEmpty: true, idleGraceMs: Number.POSITIVE_INFINITY })
  const room = await server.createRoom('hold', { id: '1' })
  prepareRoom(room)
  room.pause()
  await server.run({ port: 0, hostname: '127.0.0.1' })
  say({ kind: 'port', port: server.port! })
}
