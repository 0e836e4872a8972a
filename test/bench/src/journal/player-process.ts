// The process of players: they run about, look around and shoot.
import { type Connection, connect } from '@tygase/client'
import { createRandom } from '@tygase/gamestate'
import { answerParent } from '../net/answer-parent.js'
import type { PlayerQuestions } from './questions.js'

/** Times between two events of a kind, in ms: those of `npm run capacity`. */
const [turnMs, aimMs, shotMs] = [500, 200, 400]

const sides: Connection[][] = []
let playing: number | undefined

answerParent<PlayerQuestions>({
  async open({ port, rooms, players }) {
    const joining: Promise<Connection>[] = []
    const side = sides.length
    for (let index = 0; index < players; index++) {
      joining.push(
        connect(`ws://localhost:${port}/arena/${index % rooms}`, {
          timeoutMs: 60_000,
          data: { name: `player ${index}` },
        }),
      )
    }
    sides.push(await Promise.all(joining))
    for (const [index, connection] of sides[side]!.entries()) act(connection, index, side)
    return null
  },
  play({ server }) {
    playing = server
    for (const connection of sides.flat()) {
      if (connection.status !== 'connected') throw new Error(`A player is ${connection.status}.`)
    }
    return null
  },
})

function act(connection: Connection, index: number, side: number): void {
  const random = createRandom(index + 1)
  // as the page of the arena does
  const toThousandths = (value: number): number => Math.round(value * 1000) / 1000
  const angle = (): number => toThousandths((random() * 2 - 1) * Math.PI)
  const every = (ms: number, work: () => void): void => {
    // players do not act all at once
    setTimeout(() => setInterval(() => side === playing && work(), ms), random() * ms)
  }
  every(turnMs, () => {
    const direction = angle()
    connection.dispatchEvent('steer', {
      dx: toThousandths(Math.cos(direction)),
      dy: toThousandths(Math.sin(direction)),
    })
  })
  every(aimMs, () => connection.dispatchEvent('aim', { angle: angle() }))
  every(shotMs, () => connection.dispatchEvent('shoot', { angle: angle() }))
  for (const name of ['shot', 'tracer', 'hit', 'taken', 'killed']) connection.registerEventHandler(name, () => {})
}
