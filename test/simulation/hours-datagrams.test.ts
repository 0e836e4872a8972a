import { playHours } from './support/play-hours.js'

playHours('datagrams', 3)
