// What a simulated player of the arena does: it runs about, looks around and shoots.
import type { Newcomer, Play, Player } from '@tygase/load'

const playersOfRoom = 12
/** Times between two events of a kind, in ms. */
const [turnMs, aimMs, shotMs] = [500, 200, 400]

export const play: Play = {
  room: ({ index }: Newcomer) => `arena/${Math.floor(index / playersOfRoom)}`,
  data: ({ index }: Newcomer) => ({ name: `player ${index}` }),
  start(player: Player) {
    // as the page of the arena does
    const toThousandths = (value: number): number => Math.round(value * 1000) / 1000
    const angle = (): number => toThousandths((player.random() * 2 - 1) * Math.PI)
    player.every(turnMs, () => {
      const direction = angle()
      player.send('steer', { dx: toThousandths(Math.cos(direction)), dy: toThousandths(Math.sin(direction)) })
    })
    player.every(aimMs, () => player.send('aim', { angle: angle() }))
    player.every(shotMs, () => player.send('shoot', { angle: angle() }))
    for (const name of ['shot', 'tracer', 'hit', 'taken', 'killed'])
      player.connection.registerEventHandler(name, () => {})
  },
}
