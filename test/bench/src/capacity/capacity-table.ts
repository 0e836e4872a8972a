import type { LoadReport } from '@tygase/load'
import { markdownRow } from '../report/figures-table.js'
import { formatNumber } from '../report/format.js'
import { loadText, machine } from '../report/machine.js'
import type { CapacityGame } from './capacity-games.js'

/** What was measured with one number of clients. */
export interface CapacityRow {
  readonly clients: number
  readonly report: LoadReport
  /** Processors that the server has used, 1 for a whole one. */
  readonly processors: number
  /** Memory of the server for each client. */
  readonly bytesPerClient: number
}

const begin = '<!-- written by npm run capacity -- --write -->'
const end = '<!-- end of what npm run capacity writes -->'

/** Half a tick: from there on players see it. */
function mostLateMs({ report }: CapacityRow): number {
  return 500 / (report.game.tickRate ?? 20)
}

function isLate(row: CapacityRow): boolean {
  return (row.report.game.latenessMs?.p99 ?? Number.POSITIVE_INFINITY) > mostLateMs(row)
}

/** Ticks that a server makes, of those that its game declares. Below it, processor time says nothing either. */
const fewestTicks = 0.9

function keepsUp({ report }: CapacityRow): boolean {
  const { ticksPerSecond, tickRate } = report.game
  return ticksPerSecond !== null && tickRate !== null && ticksPerSecond >= tickRate * fewestTicks
}

/**
 * True if more clients are not worth a try: ticks are late, or clients did not get in.
 * @param isBusy whether other programs used the machine: lateness is then theirs
 */
export function hasEnough(row: CapacityRow, isBusy: boolean): boolean {
  return (isBusy ? !keepsUp(row) : isLate(row)) || row.report.joins.joined < row.clients
}

/** @param load average of the machine before the run @param processors of the machine */
export function isBusyMachine(load: number, processors: number): boolean {
  return load > processors / 4
}

/** The tables of all games, between the two comments by which the next run finds them. */
export function capacitySection(
  tables: readonly (readonly [CapacityGame, readonly CapacityRow[]])[],
  seconds: number,
  loads: readonly number[],
  isBusy: boolean,
): string {
  const parts = tables.map(([game, measured]) => {
    const rows = isBusy ? measured.filter(keepsUp) : measured
    const sentence = isBusy ? verdictOfTime(rows) : verdict(rows)
    return `**${game.name}**: ${game.about}. ${sentence}\n\n${table(rows, isBusy)}`
  })
  return `${begin}
${parts.join('\n\n')}

*Processor* is that of the server, 100 % for one core; *a client* is its share. *Memory each* is what the process has grown by, divided by the clients. Bytes are those to a client, without the frames of the transport.

Machine: ${machine()}, ${loadText(loads)}. The load generator ran on the same machine. Each row is one run of ${seconds} s.
${end}
`
}

function verdict(rows: readonly CapacityRow[]): string {
  const last = rows.findLast((row) => !isLate(row))
  const late = rows.find(isLate)
  if (last === undefined) return 'The least number of clients was too many.'
  const limit = late?.report.generator.limit
  const why = limit == null ? '' : '; there the load generator was at its limit, too, so the server may take more'
  if (late === undefined) return `${last.clients} clients are within half a tick at p99, and more were not tried.`
  return `${last.clients} clients are within half a tick (${formatNumber(mostLateMs(last))} ms) at p99, ${late.clients} are not${why}.`
}

/** What processor time alone says. */
function verdictOfTime(rows: readonly CapacityRow[]): string {
  const last = rows.at(-1)
  if (last === undefined) return 'The server did not get enough of the machine.'
  const half = Math.floor((0.5 * last.clients) / last.processors)
  return `Other programs used the machine, so how late ticks came is not shown. By its processor time at ${last.clients} clients, half a core is for about ${half}.`
}

function table(rows: readonly CapacityRow[], isBusy: boolean): string {
  const heads = [
    'clients',
    'lateness p50',
    'p99',
    'ticks/s',
    'acks p99',
    'processor',
    'a client',
    'memory each',
    'bytes/s each',
  ]
  const cells = rows.map(({ clients, report, processors, bytesPerClient }) => {
    const { latenessMs, ackMs, ticksPerSecond, bytesInPerSecond } = report.game
    return [
      String(clients),
      isBusy ? '–' : ms(latenessMs?.p50),
      isBusy ? '–' : ms(latenessMs?.p99),
      ticksPerSecond === null ? '–' : formatNumber(ticksPerSecond),
      isBusy ? '–' : ms(ackMs?.p99),
      `${Math.round(processors * 100)} %`,
      `${formatNumber((processors * 100) / clients)} %`,
      `${Math.round(bytesPerClient / 1024)} KiB`,
      bytesInPerSecond === null ? '–' : `${formatNumber(bytesInPerSecond / 1024)} KiB`,
    ]
  })
  return [heads, heads.map(() => '---:'), ...cells].map(markdownRow).join('\n')
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${formatNumber(value)} ms`
}

/** The page with another section in place of the one between the comments. @throws Error if the page has no place for it */
export function withCapacity(page: string, section: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for the tables: ${begin}`)
  return page.slice(0, from) + section + page.slice(to + end.length + 1)
}
