import { markdownRow } from '../../report/figures-table.js'
import { formatNumber } from '../../report/format.js'
import type { RoomRow } from '../compare-rooms.js'

const heads = [
  'clients',
  'system',
  'CPU µs',
  'tygase ÷ it',
  'B/s',
  'late p50 ms',
  'late p99 ms',
  'kB/client',
  'clients’ CPU',
]

/** For the terminal and for a page alike. */
export function roomsTable(rows: readonly RoomRow[]): string {
  return [heads, heads.map((_, column) => (column === 1 ? '---' : '---:')), ...rows.map(cells)]
    .map(markdownRow)
    .join('\n')
}

function cells({ clients, system, figures, cpuRatio }: RoomRow): string[] {
  return [
    clients.toLocaleString('en'),
    `\`${system}\``,
    formatNumber(figures.cpuPerClientTick),
    formatNumber(cpuRatio),
    formatNumber(figures.bytesPerSecond),
    figures.latenessP50Ms.toFixed(2),
    figures.latenessP99Ms.toFixed(2),
    formatNumber(figures.memoryPerClient / 1000),
    `${Math.round(figures.clientCpuShare * 100)} %`,
  ]
}
