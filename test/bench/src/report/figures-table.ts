import type { Compared, Spread } from '../scene-figures.js'
import { formatBytes, formatNumber, formatOptional } from './format.js'

const figureHeads = [
  'scene',
  'system',
  'B/tick',
  'B/change',
  'snapshot B',
  'server ms',
  'cpu',
  'cold',
  'client ms',
  'cpu',
  'cold',
  'heap MB',
  '× B/tick',
  '× snapshot',
  '× server',
  '× cpu',
  '× cold',
  '× client',
  '× cpu',
  '× cold',
] as const

/** The columns up to here are text, the rest are figures. */
const textColumns = 2

function figureCells(row: Compared): string[] {
  const { ratios } = row
  return [
    row.scene,
    row.system,
    formatBytes(row.bytesPerTick),
    formatOptional(row.bytesPerChange),
    formatBytes(row.snapshotBytes),
    formatNumber(row.serverMs),
    formatNumber(row.serverCpuMs),
    formatNumber(row.coldServerMs),
    formatNumber(row.clientMs),
    formatNumber(row.clientCpuMs),
    formatNumber(row.coldClientMs),
    row.heapMb.toFixed(2),
    formatOptional(ratios.bytesPerTick),
    formatOptional(ratios.snapshotBytes),
    formatSpread(ratios.server),
    formatMiddle(ratios.serverCpu),
    formatMiddle(ratios.coldServer),
    formatSpread(ratios.client),
    formatMiddle(ratios.clientCpu),
    formatMiddle(ratios.coldClient),
  ]
}

/** The median of the processes, the least and the most of them, and the quartiles of all rounds. */
export function formatSpread(spread: Spread | null): string {
  if (spread === null) return '–'
  const { middle, least, most, lower, upper } = spread
  const ranges = [
    [least, most],
    [lower, upper],
  ].map((range) => range.map(formatNumber).join('–'))
  return `${formatNumber(middle)} (${ranges.join('; ')})`
}

/** The median of the processes, and the least and the most of them. */
function formatMiddle(spread: Spread | null): string {
  if (spread === null) return '–'
  return `${formatNumber(spread.middle)} (${formatNumber(spread.least)}–${formatNumber(spread.most)})`
}

/** For the terminal, with the heads of the columns. */
export function figuresForTerminal(rows: readonly Compared[]): string {
  const lines = [[...figureHeads], ...rows.map(figureCells)]
  const widths = figureHeads.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => (column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n')
}

/** For a page, without the column of scenes. */
export function figuresForPage(rows: readonly Compared[]): string {
  const heads = figureHeads.slice(1)
  const rule = heads.map((_, column) => (column < textColumns - 1 ? '---' : '---:'))
  return [heads, rule, ...rows.map((row) => figureCells(row).slice(1))].map(markdownRow).join('\n')
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
