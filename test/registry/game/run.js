// the play of load.js
import { race } from './rules.js'

/** @type {import('@tygase/load').Play<typeof race>} */
export const play = {
  game: race,
  start(player) {
    player.every(100, () => player.send('run'))
  },
}
