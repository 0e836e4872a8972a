import { often } from '../support/effort.js'
import { playHours } from './support/play-hours.js'

// datagrams cost more to play: with these hours the two files take the same time
playHours('WebSocket', often(0.6, 3))
