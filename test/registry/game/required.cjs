// Node 20.19 and newer load ES modules by require
const { connect } = require('@tygase/client')
const { defineGame } = require('@tygase/gamestate')
const { Server } = require('@tygase/server')

async function play() {
  const game = defineGame({ initialState: () => ({ n: 0 }), events: (on) => ({ add: on((state) => ++state.n) }) })
  const server = new Server({ game, logger: false })
  await server.run({ port: 0, hostname: '127.0.0.1' })
  const connection = await connect(`ws://127.0.0.1:${server.port}`)
  console.log(`required, and counted to ${await connection.request('add')}`)
  await connection.disconnect()
  await server.shutdown()
}

play()
