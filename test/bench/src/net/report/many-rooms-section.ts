import { markdownRow } from '../../report/figures-table.js'
import { formatNumber } from '../../report/format.js'
import { machine } from '../../report/machine.js'
import { wholeClients } from '../join-all.js'
import type { NetEffort } from '../measure-window.js'
import { type IdleKind, type IdleRow, isEmptyMeasurable } from '../rooms/compare-idle.js'
import type { ManyRow } from '../rooms/compare-many.js'
import { roomTickRate, rowsPerRoom } from '../rooms/room-kinds.js'

const manyHeads = [
  'rooms',
  'clients in each',
  'CPU µs',
  '÷ one room',
  'B/s',
  'late p50 ms',
  'late p99 ms',
  'kB/client',
  'clients’ CPU',
]

/** For the terminal and for a page alike. */
export function manyRoomsTable(rows: readonly ManyRow[]): string {
  const cells = rows.map(({ rooms, clientsPerRoom, figures, cpuRatio }) => [
    rooms.toLocaleString('en'),
    clientsPerRoom.toLocaleString('en'),
    formatNumber(figures.cpuPerClientTick),
    formatNumber(cpuRatio),
    formatNumber(figures.bytesPerSecond),
    figures.latenessP50Ms.toFixed(2),
    figures.latenessP99Ms.toFixed(2),
    formatNumber(figures.memoryPerClient / 1000),
    `${Math.round(figures.clientCpuShare * 100)} %`,
  ])
  return [manyHeads, manyHeads.map(() => '---:'), ...cells].map(markdownRow).join('\n')
}

const idleNames: Record<IdleKind, (rooms: number) => string> = {
  none: () => 'none',
  empty: (rooms) => `${rooms} that nobody is in`,
  quiet: (rooms) => `${rooms} with a client each, nothing changes`,
}

/** For the terminal and for a page alike. */
export function idleRoomsTable(rows: readonly IdleRow[]): string {
  const heads = ['rooms', 'CPU ms/s', 'windows differ by', 'above none, µs/s for each room']
  const cells = rows.map(({ kind, rooms, cpuPerSecond, spread, abovePerRoom }) => [
    idleNames[kind](rooms),
    formatNumber(cpuPerSecond / 1000),
    formatNumber(spread / 1000),
    kind === 'none' ? '–' : formatNumber(abovePerRoom),
  ])
  return [heads, heads.map((_, column) => (column === 0 ? '---' : '---:')), ...cells].map(markdownRow).join('\n')
}

/** What has to be said of rooms that nobody is in. */
export function idleVerdict(rows: readonly IdleRow[]): string {
  return isEmptyMeasurable(rows)
    ? 'What rooms cost that nobody is in **can be measured**: more than what windows without rooms differ by among themselves.'
    : 'Rooms that nobody is in cost nothing measurable: not more than what windows without rooms differ by among themselves.'
}

/** The section of the page that is about many rooms, from its heading. */
export function writeManyRoomsSection(many: readonly ManyRow[], idle: readonly IdleRow[], effort: NetEffort): string {
  const { rooms, clientsPerRoom } = many[0]!
  const { rounds, seconds, warmUpSeconds } = effort
  return `## Rooms

Written by \`npm run bench:net -- --rooms ${rooms} --write\`; every figure is of one run.

A \`RoomServer\` and its clients, each in a process of its own on one machine, over WebSocket without compression: ${rooms} rooms with ${clientsPerRoom} clients in each, beside one
room with all of them. A room has ${rowsPerRoom} rows, the large one too, that move as in the scene \`arena\` at ${roomTickRate} Hz, so each client gets as much in either; the many rooms have as many times the rules, commits and deltas. Processes begin anew for each window,
and the two take turns: ${rounds} windows of ${seconds} s each, after ${warmUpSeconds} s with all clients there. Figures are medians over the windows. Of the clients
${wholeClients} keep a replica, the others only count what comes; members are not told of each other. A window in which any client got less than nine tenths of
the updates ends the run.

- **CPU µs**: processor time of the whole server process, the kernel's part included, per client and tick. **÷ one room**: in times of one room's, the median over the rounds.
- **B/s**: what comes out of a client's socket per second, frames and all, without TCP and IP.
- **late**: by how much more than ${1000 / roomTickRate} ms a tick of a room began after the one before of the same room; of all ticks of all rooms. How long a tick takes until the last
  client is written to is not in it: of the one room that is the work for all clients, which in many rooms others wait for.
- **kB/client**: by what heap and buffers of the server have grown since its rooms were made, per client.
- **clients’ CPU**: the share of the window in which the clients' process was at work.

Machine: ${machine()}.

${manyRoomsTable(many)}

### Idle rooms

Processor time of a server's process with rooms in which nothing is done: rooms that nobody is in, with an \`idleGraceMs\` without end; and rooms with a client each, which keeps a
replica, in which nothing changes. The same windows, but of each kind the least: what else a machine does only adds to so little.

${idleRoomsTable(idle)}

${idleVerdict(idle)}
`
}
