import { often } from '../support/effort.js'
import { playHours } from './support/play-hours.js'

playHours('datagrams', often(0.4, 2))
