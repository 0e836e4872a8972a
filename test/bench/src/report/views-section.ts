import type { ViewEffort, ViewRow } from '../views/compare-views.js'
import { throngSize } from '../views/throng.js'
import { viewSystems } from '../views/view-systems.js'
import { markdownRow } from './figures-table.js'
import { formatBytes, formatNumber } from './format.js'
import { machine } from './machine.js'
import { type Requirement, requirementsForPage } from './requirements.js'

/** What has to be reached with views, in times of the peer. */
export function viewRequirementsOf(rows: readonly ViewRow[]): Requirement[] {
  const ratios = rows.find(({ system }) => system === 'colyseus')?.ratios
  return [
    { measure: 'server time with views', figure: ratios?.serverMs ?? null, must: 0.6, goFor: null },
    { measure: 'bytes per view', figure: ratios?.bytesPerView ?? null, must: 0.5, goFor: null },
  ]
}

/** For the terminal and for a page alike. */
export function viewsTable(rows: readonly ViewRow[]): string {
  const heads = ['system', 'server ms', 'B/view', 'tygase ÷ it, time', 'tygase ÷ it, bytes']
  const cells = rows.map(({ system, serverMs, bytesPerView, ratios }) => [
    `\`${system}\``,
    formatNumber(serverMs),
    formatBytes(bytesPerView),
    formatNumber(ratios.serverMs),
    formatNumber(ratios.bytesPerView),
  ])
  return [heads, heads.map((_, column) => (column === 0 ? '---' : '---:')), ...cells].map(markdownRow).join('\n')
}

/** The section of the page that is about views, from its heading. */
export function writeViewsSection(rows: readonly ViewRow[], effort: ViewEffort): string {
  const { rows: rowCount, clients, rowsPerClient } = throngSize
  return `## Views

Written by \`npm run bench -- --write\`, or by \`npm run bench -- --views --write\` alone; every figure is of one run.

${rowCount} rows move as in the scene \`arena\`: x, y and heading of all change in each tick. ${clients} clients see ${rowsPerClient} of them each, the same ones from the first tick to the last, drawn from the seed. Each system has a process of its own, and the processes take turns, round by round: ${effort.warmUpRounds} rounds to warm up and ${effort.rounds} that count, of ${effort.ticksPerRound} ticks each.

Every client follows from the first tick. At the end each of them, and one that has just joined in its place, is compared with plain objects that played the same script.

- **server ms**: change, commit, views and encoding for all ${clients} clients in one tick. The median over the rounds of the median over the ticks of a round.
- **B/view**: mean bytes of a tick for one client, without the frame of any transport.
- **tygase ÷ it**: our figure divided by this system's; for times the median of the ratios of each round. Below 1 we need less.

${viewSystems.map(({ name, about }) => `- \`${name}\`: ${about}.`).join('\n')}

Machine: ${machine()}.

${requirementsForPage(viewRequirementsOf(rows))}

${viewsTable(rows)}
`
}
