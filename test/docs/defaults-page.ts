import type { OptionRow } from '@tygase/gamestate/internal'

/** A row with the parts that only some packages have. */
interface DocumentedRow extends OptionRow {
  readonly clientDefault?: number
  readonly choices?: readonly string[]
}

/** The options of one call. */
export interface OptionSection {
  /** As in code: `connect(address, options)`. */
  readonly heading: string
  readonly about: string
  readonly rows: readonly DocumentedRow[]
}

const head = `# Important defaults

Every option and limit of the packages, with its default. A value out of range and an unknown option throw \`invalid_argument\`. The column \`code\` names the error of [ERRORS.md](../../ERRORS.md) that comes beyond the limit.

The tables are those of the code, which checks options by them: \`npm run defaults\` writes this page.
`

/** The page, from the tables of options. */
export function writeDefaultsPage(sections: readonly OptionSection[]): string {
  return [head, ...sections.map(writeSection)].join('\n')
}

function writeSection({ heading, about, rows }: OptionSection): string {
  const heads = ['option', 'default', 'unit', 'range', 'meaning', 'code']
  const lines = [heads, heads.map(() => '---'), ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`)
  return `## ${heading}\n\n${about}\n\n${lines.join('\n')}\n`
}

function cellsOf(row: DocumentedRow): string[] {
  const { name, unit, meaning, code } = row
  const prose = meaning.replaceAll('|', '\\|')
  return [`\`${name}\``, defaultOf(row), unit, rangeOf(row), prose, code === undefined ? '' : `\`${code}\``]
}

function defaultOf({ default: value, clientDefault, unit, meaning }: DocumentedRow): string {
  // the meaning says it in words
  if (value === undefined && /\bDefault\b/.test(meaning)) return ''
  const text = valueText(value, unit)
  return clientDefault === undefined ? text : `${text}; at a client ${valueText(clientDefault, unit)}`
}

function rangeOf({ default: value, min, max, unit, choices }: DocumentedRow): string {
  if (choices !== undefined) return choices.join(', ')
  if (typeof value === 'boolean') return 'true, false'
  if (unit === '' && typeof value !== 'number') return ''
  const least =
    min === Number.MIN_VALUE ? 'above 0' : min <= Number.MIN_SAFE_INTEGER ? 'any' : `from ${valueText(min, unit)}`
  return max === undefined || max === Number.MAX_SAFE_INTEGER ? least : `${least} to ${valueText(max, unit)}`
}

/** A default or a bound for people: `64 KiB`, `1,000`, `no limit`. */
export function valueText(value: OptionRow['default'], unit: string): string {
  if (value === undefined) return 'none'
  if (typeof value !== 'number') return String(value)
  if (value === Number.POSITIVE_INFINITY) return 'no limit'
  if (unit === 'bytes') {
    for (const [size, name] of [
      [1024 ** 2, 'MiB'],
      [1024, 'KiB'],
    ] as const) {
      if (value >= size && value % size === 0) return `${(value / size).toLocaleString('en')} ${name}`
    }
  }
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}
