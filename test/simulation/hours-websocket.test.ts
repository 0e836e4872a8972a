import { playHours } from './support/play-hours.js'

// datagrams cost more to play, and the two files are to take as long as each other
playHours('WebSocket', 65)
