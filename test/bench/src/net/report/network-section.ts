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

A server and its clients, each in a process of its own on one machine, over WebSocket without compression: one room of ${rowCount} rows that play
the scene \`arena\`, of which x, y and heading of all change, at ${tickRate} Hz. Each system begins anew for each window, and the systems take turns:
${effort.rounds} windows of ${effort.seconds} s each, after ${effort.warmUpSeconds} s with all clients there. Figures are medians over the windows.

Of the clients ${wholeClients} keep a replica with the system's own client library. The others are light, the same share for every system: they join
and answer as the library does, and count what comes without decoding the state, so that the clients' process has time to
spare; **clients’ CPU** says how much of the window it worked. A window in which any client got less than nine tenths of the
updates, or a replica has not all rows, ends the run.

- **CPU µs**: processor time of the whole server process, the kernel's part included, per client and tick.
- **tygase ÷ it**: our processor time in times of this system's, the median over the rounds. Below 1 we need less.
- **B/s**: what comes out of a client's socket per second, frames and all, without TCP and IP.
- **late**: by how much more than ${1000 / tickRate} ms a tick of the server began after the one before.
- **kB/client**: by what heap and buffers of the server have grown, per client, when what is not needed any more has been collected.

${netSystems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}. Versions: ${versions()}.

${requirementsForPage(netRequirementsOf(rooms, bundles))}

### One room

${roomsTable(rooms)}

### Requests

One client sends a number and gets it back: \`request\` to a handler of the server, \`emitWithAck\` of Socket.IO; one after the
other, and ${pipelinedRequests} at any time. Nothing is between the two but loopback.

${requestsTable(requests)}

### Bundles

What a browser loads to connect, bundled by esbuild.

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
