// What a simulated player of the demo does. The ones for whom there is no place on the field watch.
import type { Play, Player } from '@tygase/load'

/** Time between two changes of direction, in ms: as a person has on a keyboard. */
const turnMs = 400

export const play: Play = {
  async start(player: Player) {
    const joined = await player.request('join', { name: `player ${player.index}`, bot: true })
    if (joined === undefined) return
    player.every(turnMs, () => {
      const angle = player.random() * 2 * Math.PI
      player.send('steer', { dx: Math.cos(angle), dy: Math.sin(angle) })
    })
  },
}
