// `npm run bench:cluster`: what a cluster costs a server, and what two processes cost in place of one.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { verdictOf } from '../against.js'
import { freePort } from '../net/free-port.js'
import { loadNow } from '../report/machine.js'
import { compareCluster } from './compare-cluster.js'

const help = `npm run bench:cluster               in about six minutes; on a machine that does nothing else
npm run bench:cluster -- --quick    in about two; its figures are coarse`

/** Ratios up to these count as reached. */
const most = [1.03, 1.08]
const rooms = 20
const whole = { processes: 3, pairs: 6, rooms, players: 200, warmUpSeconds: 5, seconds: 4 }
const quick = { processes: 1, pairs: 6, rooms, players: 200, warmUpSeconds: 4, seconds: 3 }

/** A NATS server, in a folder that is deleted. */
async function startNats(): Promise<{ port: number; end(): void }> {
  const { programPath, programs } = await import(new URL('../../../../scripts/programs.mjs', import.meta.url).href)
  const program: string = await programPath(programs.nats)
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'tygase-nats-'))
  const child = spawn(program, ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)])
  await new Promise<void>((resolve, reject) => {
    const take = (text: Buffer): void => {
      if (text.includes('Server is ready')) resolve()
    }
    child.stderr.on('data', take)
    child.once('exit', () => reject(new Error('NATS has ended.')))
  })
  return { port, end: () => endNats(child, folder) }
}

function endNats(child: ChildProcess, folder: string): void {
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  child.kill('SIGKILL')
}

try {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  })
  if (values.help) console.log(help)
  else {
    console.log(`load ${loadNow()}`)
    const nats = await startNats()
    try {
      const onTurn = (ratios: readonly number[]): void =>
        console.log(`a turn: ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}`)
      const found = await compareCluster(values.quick ? quick : whole, nats.port, onTurn)
      for (const [place, ratios] of found.entries()) console.log(verdictOf('arena', ratios, most[place]))
    } finally {
      nats.end()
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
