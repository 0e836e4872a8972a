import type { Rank } from '../ranking.js'
import { inColumns } from './text-width.js'

const nameColumns = 20
const red = '\u001b[31m'
const faint = '\u001b[2m'
const plain = '\u001b[0m'

/** The table for a terminal, line by line. @param head the line above it */
export function tableLines(ranks: readonly Rank[], head: string): string[] {
  const lines = [head, '', `${faint}  #  ${inColumns('name', nameColumns)}  as it     tags${plain}`]
  for (const { place, name, bot, isIt, itSeconds, tags } of ranks) {
    const marks = isIt ? '  ← it' : bot ? `  ${faint}bot${plain}` : ''
    const seconds = `${itSeconds.toFixed(1)} s`.padStart(8)
    const line = `${String(place).padStart(3)}  ${inColumns(name, nameColumns)}${seconds} ${String(tags).padStart(7)}${marks}`
    lines.push(isIt ? `${red}${line}${plain}` : line)
  }
  if (ranks.length === 0) lines.push('     nobody plays yet')
  return lines
}

/** The table in one line without colours, for logs and pipes. */
export function tableLine(ranks: readonly Rank[]): string {
  if (ranks.length === 0) return 'nobody plays yet'
  const it = ranks.find(({ isIt }) => isIt)
  const places = ranks.map(({ place, name, itSeconds }) => `${place}. ${inline(name)} ${itSeconds.toFixed(1)} s`)
  return `it: ${inline(it?.name ?? '-')} | ${places.join(', ')}`
}

function inline(name: string): string {
  return inColumns(name, nameColumns).trimEnd()
}
