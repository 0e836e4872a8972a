import { Server } from '@tygase/server'
import { frost } from './game.js'

export const server = new Server()
server.define('frost', frost, { maxClients: 8, maxRewindMs: 600 })
server.defineRoomList() // a live list of the rooms, for pages that look for one
