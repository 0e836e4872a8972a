import { Server } from '@tygase/server'
import { game } from './game.js'

// In development @tygase/vite runs it; for players, main.ts does.
export const server = new Server({ game, maxClients: 16 })
