import { readFileSync } from 'node:fs'
import type { Extras } from '../measure-extras.js'
import { coldTicks, type Effort } from '../measure-scene.js'
import type { Compared } from '../scene-figures.js'
import { scenes } from '../scenes/scenes.js'
import { peerName, systems } from '../systems/systems.js'
import type { Chart } from './charts.js'
import { figuresForPage } from './figures-table.js'
import { loadText, machine } from './machine.js'
import { requirementsForPage, requirementsOf } from './requirements.js'

/** What one run has found. */
export interface WholeRun {
  rows: readonly Compared[]
  extras: Extras
  effort: Effort
  charts: readonly Chart[]
  /** Load averages of the machine: before the run, and after each scene. */
  loads: readonly number[]
}

/** The page of a whole run. */
export function writePage({ rows, extras, effort, charts, loads }: WholeRun): string {
  return `# Benchmarks

Written by \`npm run bench -- --write\`; every figure is of one run.

## Method

Each scene is a state and a script of changes, drawn in advance from one seed. Every system plays the same changes to the same values at 20 Hz, written as its users would write them.

Each system has a process of its own, and the processes take turns, round by round. A process plays for ${effort.warmUpMs} ms of processor time to warm up, then ${effort.rounds} rounds that count, of about ${effort.roundMs} ms each, but at most ${effort.mostTicks} times the ticks in which a scene's bytes are counted. Garbage is collected when the engine sees fit, as on a server. All of this is done ${effort.processes} times in fresh processes: what the compiler makes of a program differs from process to process.

In a round the server makes its ticks first, then the clients follow, so that each side pays for the garbage that it makes.

At the end three states are compared with plain objects that played the same script: the server's, that of the client that followed, and that of a client that has just joined. A system that differs by more than the declared precision ends the run. The precision is 0.01 for places, velocities and angles and 0.001 for quaternions; \`lossless\` has none.

- **B/tick**: mean bytes of a tick for one client, without the frame of any transport, over the first ${tickCounts()} ticks of a scene. **B/change**: the same for each row that was changed, made or deleted; in plain trees for each value, element or object; in \`events\` for each event.
- **snapshot B**: the bytes for a client that joins after these ticks. The bytes of Colyseus' schema, sent before, are not counted.
- **server ms**: change, commit and encode. **client ms**: decode and apply. Each is the median tick of a round, and of these the median over the rounds and processes.
- **cpu**: the mean processor time of a tick over all rounds, with collections of garbage and the threads of the compiler and the collector, in ms; the median of the processes.
- **cold**: the mean of the first ${coldTicks} ticks of a fresh process, in ms: its first second, in which nothing is compiled yet. In \`aged\` it is not the first: 100,000 rows have come and gone.
- **heap MB**: the server's state, and everything the system needs to encode it, on V8's heap.
- **× …**: the ratio to \`${peerName}\`; for times the median of the ratios of each round, and of these the median of the processes. In brackets stand the least and the most of the processes and, after the semicolon, the quartiles of all rounds. Below 1 is better than \`${peerName}\`. Times alone say little about another machine.

${systems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}, ${loadText(loads)}. Versions: ${versions()}.

## Must reach

Ratios to \`${peerName}\`, unless the row says otherwise: the median of the processes, and in brackets the worst of them. **cpu** is the same of the mean processor time. A bound is reached if the worst process reaches it.

${requirementsForPage(requirementsOf(rows, extras))}

## Charts

${charts.map(({ name, title }) => `![${title} in times of ${peerName}, by scene](../images/${name}.svg)`).join('\n\n')}

## Scenes

${scenes.map(({ name, about }) => `### ${name}\n\n${sentence(about)}\n\n${figuresForPage(rows.filter((row) => row.scene === name))}`).join('\n\n')}
`
}

/** In how many ticks the bytes of the scenes are counted. */
function tickCounts(): string {
  const counts = scenes.map(({ ticksPerRound }) => ticksPerRound)
  return `${Math.min(...counts)} to ${Math.max(...counts)}`
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

/** The versions that this workspace asks for. */
function versions(): string {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  return ['@colyseus/schema', 'msgpackr', 'immer'].map((name) => `${name} ${devDependencies[name]}`).join(', ')
}
