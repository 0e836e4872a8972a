import { markdownRow } from '../../report/figures-table.js'
import { formatNumber } from '../../report/format.js'
import type { RequestRow } from '../compare-requests.js'
import { pipelinedRequests, type TripFigures } from '../questions.js'

export function requestsTable(rows: readonly RequestRow[]): string {
  const heads = ['system', 'at once', 'requests/s', 'p50 ms', 'p99 ms']
  const body = rows.flatMap(({ system, single, pipelined }) => [
    cells(system, 1, single),
    cells(system, pipelinedRequests, pipelined),
  ])
  return [heads, ['---', '---:', '---:', '---:', '---:'], ...body].map(markdownRow).join('\n')
}

function cells(system: string, atOnce: number, { perSecond, p50Ms, p99Ms }: TripFigures): string[] {
  return [`\`${system}\``, String(atOnce), formatNumber(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2)]
}
