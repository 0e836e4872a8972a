import { connect } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { Server } from '@tygase/server'

// a page that is the server and a client of its own game

const game = defineGame({
  initialState: () => ({ count: 0 }),
  tickRate: 50,
  events: (on) => ({
    add: on((state) => {
      state.count++
      return state.count
    }),
  }),
})

async function play(): Promise<unknown> {
  const server = new Server({ game: game })
  await server.run({ port: false })
  const connection = await connect<typeof game>(server)
  const answer = await connection.request('add')
  await connection.waitUntil((state) => state.count === 1)
  await server.shutdown({ endSessions: true })
  return answer
}

Object.assign(globalThis, { result: play() })
