import type { Compared } from '../measure-scene.js'
import { formatBytes, formatNumber, formatOptional } from './format.js'

const figureHeads = [
  'scene',
  'system',
  'B/tick',
  'B/change',
  'snapshot B',
  'server ms',
  'client ms',
  'heap MB',
  '× B/tick',
  '× snapshot',
  '× server',
  '× client',
] as const

/** The columns up to here are text, the rest are figures. */
const textColumns = 2

function figureCells(row: Compared): string[] {
  return [
    row.scene,
    row.system,
    formatBytes(row.bytesPerTick),
    formatOptional(row.bytesPerChange),
    formatBytes(row.snapshotBytes),
    formatNumber(row.serverMs),
    formatNumber(row.clientMs),
    row.heapMb.toFixed(2),
    formatOptional(row.ratios.bytesPerTick),
    formatOptional(row.ratios.snapshotBytes),
    formatOptional(row.ratios.serverMs),
    formatOptional(row.ratios.clientMs),
  ]
}

/** For the terminal. @param isFirst whether the heads of the columns come first */
export function figuresForTerminal(rows: readonly Compared[], isFirst: boolean): string {
  const widths = [10, 14, 9, 9, 11, 10, 10, 8, 9, 11, 9, 9]
  const lines = rows.map(figureCells)
  if (isFirst) lines.unshift([...figureHeads])
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => (column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join(' '),
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
