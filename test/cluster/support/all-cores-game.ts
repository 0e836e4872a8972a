import { Cluster } from '@tygase/cluster'
import { runOnAllCores } from '@tygase/cluster/local'
import { openSharedJournal } from '@tygase/record'
import { Server } from '@tygase/server'
import { counting } from './counting-game.js'

// A game on several processes behind one port. Arguments: the number of workers; the folder of a journal, or `fails` for workers that
// cannot start.

const [workers = '', folder = ''] = process.argv.slice(2)

await runOnAllCores({ workers: Number(workers) }, async (engine) => {
  if (folder === 'fails') throw new Error('the game cannot be started')
  const server = new Server({ cluster: new Cluster({ engine, leaseMs: 2000, secret: 'known to all workers alone' }) })
  server.define('arena', counting, {
    // rules have to be pure, so that a journal can play them again
    onCreate: (room) => room.pushEvent('hosted', process.pid),
    ...(folder !== '' && { save: { journal: openSharedJournal(folder) } }),
  })
  await server.run({ port: 0, hostname: '127.0.0.1', path: '/play' })
  process.stdout.write(`worker ${process.pid} serves ${server.port}\n`)
  return server
})
process.stdout.write('all have ended\n')
