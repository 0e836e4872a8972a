// A server whose rooms are kept in a journal: `server-process FOLDER PORT DURABLE`. Its parent kills it.
import { openJournal } from '@tygase/record'
import { Server } from '@tygase/server'
import { gracefully } from '@tygase/server/process'
import { market } from './market.js'

const [folder, port, durable] = process.argv.slice(2) as [string, string, 'process' | 'disk']
// the lines of a start and a recovery are no news here
const logger = {
  debug() {},
  info(_: object, message: string) {
    // it has warmed up
    if (message.startsWith('ready to go on')) process.send!('ready')
  },
  warn() {},
  error: console.error,
}
const journal = openJournal(folder, { durable })
// some hundred clients of one address, which share the processors with it: time is counted by the clock on the wall
const server = new Server({
  logger,
  maxSessions: 10_000,
  maxSessionsPerAddress: 10_000,
  maxHandshakes: 10_000,
  maxHandshakesPerAddress: 10_000,
  maxTimeShare: Number.POSITIVE_INFINITY,
  maxTimeShareInAll: Number.POSITIVE_INFINITY,
  maxTimeSharePerAddress: Number.POSITIVE_INFINITY,
  maxBytesPerSecondPerAddress: Number.POSITIVE_INFINITY,
})
server.define('market', market, {
  maxClients: 1000,
  save: { journal },
  handlers: {
    say: ({ n }, { id, room }) => room.dispatchEvent('said', { by: id, n }, { retries: Number.POSITIVE_INFINITY }),
  },
})
gracefully(server, { logger })
process.on('disconnect', () => process.exit())
process.send!('loaded')
await server.run({ port: Number(port) })
process.send!({ port: server.port })
