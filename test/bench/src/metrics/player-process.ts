// The process of players: each turns a row of its room around, twice a second. And of a page that looks at a room.
import { type Connection, connect } from '@tygase/client'
import { answerParent } from '../net/answer-parent.js'
import { lookToken, type SeenPlayerQuestions } from './questions.js'

const turnMs = 500
/** So long after an answer the page of the inspector asks again while its room is live. */
const askMs = 400

const sides: Connection[][] = []
let playing: number | undefined

answerParent<SeenPlayerQuestions>({
  async open({ port, rooms, players, lookedPlayers }) {
    const side = sides.length
    const paths = [
      ...Array.from({ length: players }, (_, index) => `movers/${index % rooms}`),
      ...Array.from({ length: lookedPlayers }, () => 'looked/0'),
    ]
    const joining = paths.map((path) => connect(`ws://localhost:${port}/${path}`, { timeoutMs: 60_000 }))
    sides.push(await Promise.all(joining))
    for (const [index, connection] of sides[side]!.entries()) {
      const turn = (): void => {
        if (side === playing) connection.dispatchEvent('turn')
      }
      // players do not act all at once
      setTimeout(() => setInterval(turn, turnMs), (index / paths.length) * turnMs)
    }
    return null
  },
  async look({ port }) {
    const page = await connect(`ws://localhost:${port}/inspect/live/look/benchmark`, {
      credentials: { token: lookToken },
    })
    await page.request('look', { room: 'looked/0' })
    const read = async (): Promise<void> => {
      // what the page asks for while the tree of the rows is open
      await page.request('tree', { path: [] })
      await page.request('tree', { path: ['movers'] })
      setTimeout(() => void read(), askMs)
    }
    await read()
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
