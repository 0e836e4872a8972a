import { readFileSync } from 'node:fs'
import { machine } from '../../report/machine.js'
import { requirementsForPage } from '../../report/requirements.js'
import type { BundleSize } from '../bundle-sizes.js'
import type { RequestRow } from '../compare-requests.js'
import type { RoomRow } from '../compare-rooms.js'
import { wholeClients } from '../join-all.js'
import type { NetEffort } from '../measure-window.js'
import { pipelinedRequests } from '../questions.js'
import { netSystems, rowCount, tickRate } from '../systems/net-system.js'
import { bundlesTable } from './bundles-table.js'
import { netRequirementsOf } from './net-requirements.js'
import { requestsTable } from './requests-table.js'
import { roomsTable } from './rooms-table.js'

/** What one run has found. */
export interface NetFigures {
  rooms: readonly RoomRow[]
  requests: readonly RequestRow[]
  bundles: readonly BundleSize[]
}

/** The section of the page that is about the network, from its heading. */
export function writeNetworkSection({ rooms, requests, bundles }: NetFigures, effort: NetEffort): string {
  return `## Network

Written by \`npm run bench:net -- --write\`; every figure is of one run.

A server and its clients have a process each on one machine, and speak WebSocket without compression. One room of ${rowCount} rows plays the scene \`arena\` at ${tickRate} Hz: x, y and heading of all rows change. Each system begins anew for each window, and the systems take turns: ${effort.rounds} windows of ${effort.seconds} s each, after ${effort.warmUpSeconds} s with all clients connected. Figures are medians over the windows.

${wholeClients} clients keep a replica with the system's own client library. The others are light, the same share for every system: they join and answer as the library does, and count bytes without decoding the state. So the clients' process has time to spare; **clients’ CPU** says how much of the window it worked. If a client gets less than nine tenths of the updates, or a replica lacks rows, the run ends.

- **CPU µs**: processor time of the whole server process, with the kernel's part, per client and tick.
- **tygase ÷ it**: our processor time divided by this system's, the median over the rounds. Below 1 we need less.
- **B/s**: bytes out of a client's socket per second, with frames, without TCP and IP.
- **late**: the time beyond ${1000 / tickRate} ms between the starts of two ticks of the server.
- **kB/client**: growth of the server's heap and buffers per client, after garbage collection.

${netSystems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}. Versions: ${versions()}.

${requirementsForPage(netRequirementsOf(rooms, bundles))}

### One room

${roomsTable(rooms)}

### Requests

One client sends a number and gets it back: \`request\` to a handler of the server, \`emitWithAck\` of Socket.IO. Once one after the other, once with ${pipelinedRequests} under way at any time. Only loopback is between the two.

${requestsTable(requests)}

### Bundles

The code that a browser loads to connect, bundled by esbuild.

${bundlesTable(bundles)}
`
}

/** The versions that this workspace asks for. */
function versions(): string {
  const names = ['@colyseus/core', '@colyseus/ws-transport', '@colyseus/schema', '@colyseus/sdk', 'socket.io', 'ws']
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  return names.map((name) => `${name} ${devDependencies[name]}`).join(', ')
}
