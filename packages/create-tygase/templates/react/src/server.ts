import { type Room, Server } from '@tygase/server'
import { game } from './game.js'
import { mostPlayers } from './party.js'

// In development @tygase/vite runs it; for players, main.ts does.
export const server = new Server()

// a room for each link: /party/<id>
server.define('party', game, { maxClients: mostPlayers, metadata: { host: '', isPlaying: false }, onTick: describe })

// what the lobby shows: useRooms
server.defineRoomList()

/** The lobby shows who has made a room, and if it plays. */
function describe(room: Room<typeof game>): void {
  const { phase, players } = room.store.state
  const host = players.get(room.hostClient ?? '')?.name ?? ''
  const isPlaying = phase !== 'lobby' && phase !== 'over'
  if (room.metadata.host !== host || room.metadata.isPlaying !== isPlaying) room.metadata = { host, isPlaying }
}
