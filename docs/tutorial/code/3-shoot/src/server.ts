import { Server } from '@tygase/server'
import { frost } from './game.js'

export const server = new Server({ game: frost, maxRewindMs: 600 })
