import { readFileSync } from 'node:fs'
import type { Extras } from '../measure-extras.js'
import type { Compared, Effort } from '../measure-scene.js'
import { scenes } from '../scenes/scenes.js'
import { peerName, systems } from '../systems/systems.js'
import type { Chart } from './charts.js'
import { figuresForPage } from './figures-table.js'
import { machine } from './machine.js'
import { requirementsForPage, requirementsOf } from './requirements.js'

/** The page of a whole run. */
export function writePage(rows: readonly Compared[], extras: Extras, effort: Effort, charts: readonly Chart[]): string {
  return `# Benchmarks

Written by \`npm run bench -- --write\`; every figure is of one run.

## Method

Each scene is a state and a script of changes, drawn beforehand from one seed; every system plays the same changes to the same
values at 20 Hz in the way in which its users would write them. Each system plays in a process of its own, and the processes take
turns, round by round: ${effort.warmUpRounds} rounds to warm up and ${effort.rounds} that count, of ${roundTicks(effort)} ticks each. Before a round garbage is collected, and one
to three rounds are played that do not count, since a full collection throws compiled code away as well. In the end the states
of the server, of the client that followed it and of one that joins then are compared with what the script makes of plain
objects; a system that differs by more than the declared precision (0.01 for places, velocities and angles, none in \`lossless\`) ends
the run.

- **B/tick**: mean bytes of a tick for one client, without the frame of any transport. **B/change**: the same for each row that
  was changed, made or deleted, in plain trees for each value, element or object.
- **snapshot B**: what a client gets that joins at the end. What Colyseus tells a client of its schema beforehand is not counted.
- **server ms**: change, commit and encode. **client ms**: decode and apply. Medians over the ticks of a round, of which the medians over the rounds.
- **heap MB**: the server's state, and whatever the system needs to encode it, on V8's heap.
- **× …**: the ratio to \`${peerName}\`; for times the median of the ratios of each round. Below 1 is better than \`${peerName}\`. Times alone say little on any
  other machine.

${systems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}. Versions: ${versions()}.

## Must reach

Ratios to \`${peerName}\` where nothing else is said.

${requirementsForPage(requirementsOf(rows, extras))}

## Charts

${charts.map(({ name, title }) => `![${title} in times of ${peerName}, by scene](../images/${name}.svg)`).join('\n\n')}

## Scenes

${scenes.map(({ name, about }) => `### ${name}\n\n${sentence(about)}\n\n${figuresForPage(rows.filter((row) => row.scene === name))}`).join('\n\n')}
`
}

function roundTicks({ tickShare }: Effort): string {
  const counts = scenes.map(({ ticksPerRound }) => Math.ceil(ticksPerRound * tickShare))
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
