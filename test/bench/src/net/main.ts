// `npm run bench:net`: servers with many clients, ours beside those that users would pick instead.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { verdictOf } from '../against.js'
import { figuresOfNetwork, writeFigures } from '../report/figures.js'
import { formatNumber } from '../report/format.js'
import { withSection } from '../report/page-sections.js'
import { measureBundles } from './bundle-sizes.js'
import { compareNet } from './compare-checkouts.js'
import { compareRequests } from './compare-requests.js'
import { compareRooms, type RoomRow } from './compare-rooms.js'
import { type NetOptions, netHelp, parseNetOptions } from './net-options.js'
import { bundlesTable } from './report/bundles-table.js'
import { idleRoomsTable, idleVerdict, manyRoomsTable, writeManyRoomsSection } from './report/many-rooms-section.js'
import { netRequirementsOf } from './report/net-requirements.js'
import { writeNetworkSection } from './report/network-section.js'
import { requestsTable } from './report/requests-table.js'
import { roomsTable } from './report/rooms-table.js'
import { compareIdle } from './rooms/compare-idle.js'
import { compareMany } from './rooms/compare-many.js'

const page = new URL('../../../../docs/internals/benchmarks.md', import.meta.url)

try {
  const options = parseNetOptions(process.argv.slice(2))
  if (options.help) console.log(netHelp)
  else if (options.against !== undefined) await compare(options.against, options)
  else if (options.rooms !== undefined) await measureRooms(options.rooms, options)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function measure({ clients, effort, write }: NetOptions): Promise<void> {
  const bundles = await measureBundles()
  console.log(`${bundlesTable(bundles)}\n`)
  const requests = await compareRequests(effort)
  console.log(`${requestsTable(requests)}\n`)
  const rooms: RoomRow[] = []
  for (const count of clients) {
    const rows = await compareRooms(count, effort)
    rooms.push(...rows)
    console.log(`${roomsTable(rows)}\n`)
  }
  for (const { measure: name, figure, must, goFor } of netRequirementsOf(rooms, bundles)) {
    if (figure !== null) console.log(`${name}: ${formatNumber(figure)} (must ${must}, go for ${goFor})`)
  }
  if (!write) return
  writeSection(writeNetworkSection({ rooms, requests, bundles }, effort))
  writeFigures(figuresOfNetwork(rooms, bundles))
}

async function compare(against: string, { pairEffort, bound }: NetOptions): Promise<void> {
  const { pairs, clients } = pairEffort
  console.log(`${pairs} pairs of this checkout and ${against}; a ratio above 1: this one costs more; bound ${bound}`)
  const figures = await compareNet(against, pairEffort, (pair) => console.log(`pair ${pair} of ${pairs}`))
  for (const ratios of figures) console.log(verdictOf(`${clients} clients`, ratios, bound))
}

async function measureRooms(rooms: number, { effort, write }: NetOptions): Promise<void> {
  const many = await compareMany(rooms, effort)
  console.log(`${manyRoomsTable(many)}\n`)
  const idle = await compareIdle(rooms, effort)
  console.log(`${idleRoomsTable(idle)}\n\n${idleVerdict(idle)}`)
  if (write) writeSection(writeManyRoomsSection(many, idle, effort))
}

function writeSection(section: string): void {
  writeFileSync(page, withSection(existsSync(page) ? readFileSync(page, 'utf8') : '# Benchmarks\n', section))
}
