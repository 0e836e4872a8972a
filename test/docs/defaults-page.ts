import type { OptionRow } from '@tygase/gamestate/internal'

/** The options of one call. */
export interface OptionSection {
  /** As in code: `connect(address, options)`. */
  heading: string
  about: string
  rows: readonly (OptionRow & { readonly clientDefault?: number })[]
}

const head = `# Important defaults

Every option and limit of the packages, with its default. \`npm run defaults\` writes this page from the tables in the code, which are also checked at run time: a value out of range, and an unknown option, throw \`invalid_argument\`.

The code is the one of [ERRORS.md](../../ERRORS.md) that a caller or a peer gets beyond the limit.
`

/** The page, from the tables of options. */
export function writeDefaultsPage(sections: readonly OptionSection[]): string {
  return [head, ...sections.map(writeSection)].join('\n')
}

function writeSection({ heading, about, rows }: OptionSection): string {
  const lines = rows.map((row) => {
    const cells = [
      `\`${row.name}\``,
      defaultCell(row),
      rangeCell(row),
      cell(row.meaning),
      row.code ? `\`${row.code}\`` : '',
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `## ${heading}\n\n${about}\n\n| option | default | range | meaning | code |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`
}

function defaultCell({ default: value, clientDefault, unit }: OptionSection['rows'][number]): string {
  const server = valueText(value, unit)
  return clientDefault === undefined ? server : `${server}; at a client ${valueText(clientDefault, unit)}`
}

function rangeCell({ default: value, min, max, unit }: OptionRow): string {
  if (typeof value === 'boolean') return 'true, false'
  if (unit === '' && typeof value !== 'number') return ''
  return max === undefined ? `from ${valueText(min, unit)}` : `${valueText(min, '')} to ${valueText(max, unit)}`
}

/** A default or a bound for people: `64 KiB`, `1,000 ms`, `no limit`. */
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
  const text = value.toLocaleString('en', { maximumFractionDigits: 6 })
  return unit === '' ? text : `${text} ${unit}`
}

/** Meanings are prose: a bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
