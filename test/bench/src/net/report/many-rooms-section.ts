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
  empty: (rooms) => `${rooms} empty ones`,
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

/** Says whether empty rooms cost anything. */
export function idleVerdict(rows: readonly IdleRow[]): string {
  return isEmptyMeasurable(rows)
    ? 'The cost of empty rooms **can be measured**: it is more than windows without rooms differ among themselves.'
    : 'Empty rooms cost nothing measurable: no more than windows without rooms differ among themselves.'
}

/** The section of the page that is about many rooms, from its heading. */
export function writeManyRoomsSection(many: readonly ManyRow[], idle: readonly IdleRow[], effort: NetEffort): string {
  const { rooms, clientsPerRoom } = many[0]!
  const { rounds, seconds, warmUpSeconds } = effort
  return `## Rooms

Written by \`npm run bench:net -- --rooms ${rooms} --write\`; every figure is of one run.

A server and its clients have a process each on one machine, and speak WebSocket without compression: ${rooms} rooms with ${clientsPerRoom} clients in each, beside one room with all of them. Every room has ${rowsPerRoom} rows, the large one too, that move as in the scene \`arena\` at ${roomTickRate} Hz. So each client gets as much in either; many rooms have many times the rules, commits and deltas.

Processes begin anew for each window, and the two take turns: ${rounds} windows of ${seconds} s each, after ${warmUpSeconds} s with all clients connected. Figures are medians over the windows. ${wholeClients} clients keep a replica, the others only count bytes. Members are not sent. If a client gets less than nine tenths of the updates, the run ends.

- **CPU µs**: processor time of the whole server process, with the kernel's part, per client and tick. **÷ one room**: divided by one room's, the median over the rounds.
- **B/s**: bytes out of a client's socket per second, with frames, without TCP and IP.
- **late**: the time beyond ${1000 / roomTickRate} ms between the starts of two ticks of a room, over all ticks of all rooms. It leaves out the time until a tick's last client is written to: in one room that is the work for all clients, in many rooms other rooms wait for it.
- **kB/client**: growth of the server's heap and buffers per client since its rooms were made.
- **clients’ CPU**: the share of the window in which the clients' process worked.

Machine: ${machine()}.

${manyRoomsTable(many)}

### Idle rooms

Processor time of a server's process with idle rooms: empty rooms that never end (\`idleGraceMs: Infinity\`), and rooms with one client each, which keeps a replica, in which nothing changes. The windows are the same, but the least of each kind counts: other work of the machine only adds to so small a figure.

${idleRoomsTable(idle)}

${idleVerdict(idle)}
`
}
