// a server and a client over a socket, as a program of Node, Bun or Deno
import { connect } from '@tygase/client'
import { Server } from '@tygase/server'
import { race } from './rules.js'

const server = new Server({ game: race, logger: false })
await server.run({ port: 0, hostname: '127.0.0.1' })
const connection = await connect(`ws://127.0.0.1:${server.port}`, { game: race })
for (let lap = 0; lap < 20; lap++) await connection.request('run')
const { laps, runners } = await connection.waitUntil((state) => state.laps === 20)
const { status } = await fetch(`http://127.0.0.1:${server.port}/rooms`)
await connection.disconnect()
await server.shutdown()
console.log(`played ${laps} laps, ${runners.size} runner, GET /rooms: ${status}`)
