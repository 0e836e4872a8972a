import { playHours } from './support/play-hours.js'

playHours('WebSocket')
