// `npm run capacity`: how many clients one server process takes, by `tygase load` against two of the example games.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { LoadReport } from '@tygase/load'
import { runCli } from '@tygase/load/cli'
import { loadNow } from '../report/machine.js'
import { type CapacityGame, capacityGames } from './capacity-games.js'
import { type CapacityRow, capacitySection, hasEnough, isBusyMachine, withCapacity } from './capacity-table.js'
import { MeasuredServer } from './measured-server.js'

/** Of the end of a run, in ms: the players leave. */
const leaveMs = 1000

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const page = join(root, 'docs/guides/production.md')

const { values } = parseArgs({
  options: {
    /** Writes the tables into the page. */
    write: { type: 'boolean', default: false },
    /** Of play, for each number of clients. */
    seconds: { type: 'string', default: '10' },
    /** The name of one game. */
    game: { type: 'string' },
    /** Numbers of clients in place of those of the game: 50,100. */
    clients: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const folder = mkdtempSync(join(tmpdir(), 'tygase-capacity-'))
const loads = [loadNow()]
const isBusy = isBusyMachine(loads[0]!, availableParallelism())
try {
  const tables: [CapacityGame, CapacityRow[]][] = []
  for (const game of capacityGames) {
    if (values.game !== undefined && values.game.toLowerCase() !== game.name.toLowerCase()) continue
    tables.push([game, await measureGame(game)])
  }
  const section = capacitySection(tables, seconds, loads, isBusy)
  process.stdout.write(`\n${section}`)
  if (values.write) writeFileSync(page, withCapacity(readFileSync(page, 'utf8'), section))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measureGame(game: CapacityGame): Promise<CapacityRow[]> {
  const rows: CapacityRow[] = []
  for (const clients of values.clients?.split(',').map(Number) ?? game.steps) {
    const row = await measure(game, clients)
    loads.push(loadNow())
    rows.push(row)
    if (hasEnough(row, isBusy)) break
  }
  return rows
}

/** One number of clients, at a fresh server. */
async function measure({ name, program, play }: CapacityGame, clients: number): Promise<CapacityRow> {
  const server = await MeasuredServer.start(join(root, program), root)
  const file = join(folder, 'report.json')
  try {
    process.stdout.write(`\n${name}, ${clients} clients\n`)
    const address = `ws://localhost:${server.port}/play`
    const options = ['--clients', clients, '--seconds', seconds, '--ramp', 50, '--play', play, '--json', file]
    let grownBytes = 0
    const watch = setInterval(() => {
      grownBytes = Math.max(grownBytes, server.grownBytes())
    }, 1000)
    const status = await runCli(['load', address, ...options.map(String)], {
      folder,
      stdin: process.stdin,
      write: (text) => void process.stdout.write(text),
      writeError: (text) => void process.stderr.write(text),
    })
    clearInterval(watch)
    if (status > 1) throw new Error(`tygase load has ended with ${status}`)
    const report: LoadReport = JSON.parse(readFileSync(file, 'utf8'))
    const endMs = performance.now() - leaveMs
    const processors = server.processorsBetween(endMs - (seconds - 1) * 1000, endMs)
    return { clients, report, processors, bytesPerClient: grownBytes / clients }
  } finally {
    await server.end()
  }
}
