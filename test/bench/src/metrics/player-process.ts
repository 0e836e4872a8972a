// The process of players: each turns a row of its room around, twice a second.
import { type Connection, connect } from '@tygase/client'
import type { PlayerQuestions } from '../journal/questions.js'
import { answerParent } from '../net/answer-parent.js'

const turnMs = 500

const sides: Connection[][] = []
let playing: number | undefined

answerParent<PlayerQuestions>({
  async open({ port, rooms, players }) {
    const side = sides.length
    const joining = Array.from({ length: players }, (_, index) =>
      connect(`ws://localhost:${port}/movers/${index % rooms}`, { timeoutMs: 60_000 }),
    )
    sides.push(await Promise.all(joining))
    for (const [index, connection] of sides[side]!.entries()) {
      const turn = (): void => {
        if (side === playing) connection.dispatchEvent('turn')
      }
      // players do not act all at once
      setTimeout(() => setInterval(turn, turnMs), (index / players) * turnMs)
    }
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
