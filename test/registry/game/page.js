// a page that is the server and a client of its own game
import { connect } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { Server } from '@tygase/server'
import { race } from './rules.js'

async function play() {
  const server = new Server({ game: race })
  await server.run({ port: false })
  const connection = await connect(server, { game: race, predict: predict() })
  const laps = await connection.request('run')
  await server.shutdown({ endSessions: true })
  return laps
}

globalThis.result = play()
