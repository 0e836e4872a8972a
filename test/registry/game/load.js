// a load test of a server by the installed command, with a thread of its own
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Server } from '@tygase/server'
import { race } from './rules.js'

const server = new Server({ game: race, logger: false })
await server.run({ port: 0, hostname: '127.0.0.1' })
const command = fileURLToPath(new URL('./node_modules/tygase/bin/tygase.js', import.meta.url))
const args = ['load', `ws://127.0.0.1:${server.port}`, '--clients', '4', '--seconds', '1', '--play', 'run.js']
const { code, out } = await new Promise((resolve) => {
  execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, out: stdout + stderr })
  })
})
const { laps } = server.store.state
await server.shutdown()
console.log(code === 0 && laps > 0 ? 'four players ran' : `ended with ${code} after ${laps} laps: ${out}`)
