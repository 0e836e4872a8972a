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

Each scene is a state and a script of changes, drawn in advance from one seed. Every system plays the same changes to the same values at 20 Hz, written as its users would write them.

Each system has a process of its own, and the processes take turns, round by round: ${effort.warmUpRounds} rounds to warm up and ${effort.rounds} that count, of ${roundTicks(effort)} ticks each. Before each round garbage is collected. A full collection throws compiled code away, too, so one to three rounds follow it that do not count.

At the end three states are compared with plain objects that played the same script: the server's, that of the client that followed, and that of a client that has just joined. A system that differs by more than the declared precision ends the run. The precision is 0.01 for places, velocities and angles; \`lossless\` has none.

- **B/tick**: mean bytes of a tick for one client, without the frame of any transport. **B/change**: the same for each row that was changed, made or deleted; in plain trees for each value, element or object.
- **snapshot B**: the bytes for a client that joins at the end. The bytes of Colyseus' schema, sent before, are not counted.
- **server ms**: change, commit and encode. **client ms**: decode and apply. Each is the median over the rounds of the median over the ticks of a round.
- **heap MB**: the server's state, and everything the system needs to encode it, on V8's heap.
- **× …**: the ratio to \`${peerName}\`; for times the median of the ratios of each round. Below 1 is better than \`${peerName}\`. Times alone say little about another machine.

${systems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}. Versions: ${versions()}.

## Must reach

Ratios to \`${peerName}\`, unless the row says otherwise.

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
