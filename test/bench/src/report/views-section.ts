import type { ViewEffort, ViewRow } from '../views/compare-views.js'
import { throngSize } from '../views/throng.js'
import { viewSystems } from '../views/view-systems.js'
import { formatSpread, markdownRow } from './figures-table.js'
import { formatBytes, formatNumber } from './format.js'
import { machine } from './machine.js'
import { ofSpread, type Requirement, requirementsForPage } from './requirements.js'

/** What has to be reached with views, in times of the peer. */
export function viewRequirementsOf(rows: readonly ViewRow[]): Requirement[] {
  const ratios = rows.find(({ system }) => system === 'colyseus')?.ratios
  return [
    {
      measure: 'server time with views',
      ...ofSpread(ratios?.serverMs),
      must: 0.57,
      goFor: 0.4,
      cpu: { ...ofSpread(ratios?.serverCpuMs), must: Number.POSITIVE_INFINITY },
    },
    { measure: 'bytes per view', figure: ratios?.bytesPerView ?? null, must: 0.24, goFor: 0.2 },
  ]
}

/** For the terminal and for a page alike. */
export function viewsTable(rows: readonly ViewRow[]): string {
  const heads = ['system', 'server ms', 'cpu', 'B/view', 'tygase ÷ it, time', 'cpu', 'bytes']
  const cells = rows.map(({ system, serverMs, serverCpuMs, bytesPerView, ratios }) => [
    `\`${system}\``,
    formatNumber(serverMs),
    formatNumber(serverCpuMs),
    formatBytes(bytesPerView),
    formatSpread(ratios.serverMs),
    formatSpread(ratios.serverCpuMs),
    formatNumber(ratios.bytesPerView),
  ])
  return [heads, heads.map((_, column) => (column === 0 ? '---' : '---:')), ...cells].map(markdownRow).join('\n')
}

/** The section of the page that is about views, from its heading. */
export function writeViewsSection(rows: readonly ViewRow[], effort: ViewEffort): string {
  const { rows: rowCount, clients, rowsPerClient } = throngSize
  return `## Views

Written by \`npm run bench -- --write\`, or by \`npm run bench -- --views --write\` alone; every figure is of one run.

${rowCount} rows move as in the scene \`arena\`: x, y and heading of all change in each tick. ${clients} clients see ${rowsPerClient} of them each, the same ones from the first tick to the last, drawn from the seed. Each system has a process of its own, and the processes take turns, round by round: ${effort.warmUpRounds} rounds to warm up and ${effort.rounds} that count, of ${effort.ticksPerRound} ticks each. This is done ${effort.processes} times in fresh processes.

Every client follows from the first tick. At the end each of them, and one that has just joined in its place, is compared with plain objects that played the same script.

- **server ms**: change, commit, views and encoding for all ${clients} clients in one tick. The median over the rounds of the median over the ticks of a round. **cpu**: the mean processor time of a tick, with the collections of garbage.
- **B/view**: mean bytes of a tick for one client, without the frame of any transport.
- **tygase ÷ it**: our figure divided by this system's: the median of the processes, in brackets the least and the most of these, and the quartiles of all rounds. Below 1 we need less.

${viewSystems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}.

${requirementsForPage(viewRequirementsOf(rows))}

${viewsTable(rows)}
`
}
