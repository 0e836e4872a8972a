import { formatNumber } from '../report/format.js'
import { machine } from '../report/machine.js'
import type { AttackFigures } from './measure-hold.js'
import type { WorstMember } from './processes/questions.js'

const tickMs = 50

/** What one attacker, or several, have done with a member of a kind. */
export interface HoldRow {
  readonly kind: string
  readonly attackers: number
  /** Undefined if the server has ended. */
  readonly figures: AttackFigures | undefined
}

/** The memory of a server with a small heap. */
export interface HeapRow {
  readonly maxHeapMb: number
  readonly seconds: number
  readonly attackers: number
  /** Undefined if the server has ended. */
  readonly figures: AttackFigures | undefined
}

export function holdLine({ kind, attackers, figures }: HoldRow): string {
  const name = `${kind} × ${attackers}`.padEnd(30)
  if (figures === undefined) return `${name}the server has ended`
  const { server, honest, attack } = figures
  const cells = [
    `hold p50 ${formatNumber(server.holdP50Ms)}, p99 ${formatNumber(server.holdP99Ms)}, max ${formatNumber(server.holdMaxMs)} ms (process p99 ${formatNumber(server.processP99Ms)})`,
    `${server.ticks} of ${server.dueTicks} ticks`,
    `honest p99 ${formatNumber(honest.p99Ms / tickMs)} ticks, ${honest.connected} connected`,
    `${formatNumber(attack.bytes / 1e6)} MB in ${attack.connections} connections`,
    `heap ${formatNumber(server.heapMb)} MB`,
  ]
  return name + cells.join('; ')
}

export function heapLines({ maxHeapMb, attackers, figures }: HeapRow): string {
  const head = `${attackers} clients against a heap of ${maxHeapMb} MB: `
  if (figures === undefined) return `${head}the server has ended`
  const { server, attack, honest } = figures
  const log = Object.entries(server.log).map(([line, count]) => `  ${count} × ${line}`)
  const endings = Object.entries(attack.endings).map(([line, count]) => `  ${count} × closed with ${line}`)
  const first = `${head}lived; at most ${formatNumber(server.heapMb)} MB, ${formatNumber(server.keptMb)} MB at the end; ${honest.connected} honest clients connected`
  return [first, ...log, ...endings].join('\n')
}

/** The section of docs/internals/reliability.md, from its heading on. @param isOther true for the figures before there were budgets */
export function holdSection(
  rows: readonly HoldRow[],
  heap: HeapRow | undefined,
  seconds: number,
  isOther: boolean,
): string {
  const heading = isOther ? '## Hold before there were budgets' : '## Hold under attack'
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
  const cells = (kind: string, attackers: number): string[] => {
    const row = rows.find((candidate) => candidate.kind === kind && candidate.attackers === attackers)
    if (row === undefined) return ['–', '–', '–', '–']
    if (row.figures === undefined) return ['the server has ended', '–', '–', '–']
    const { server, honest } = row.figures
    return [
      `${formatNumber(server.holdP99Ms)} / ${formatNumber(server.holdMaxMs)} (${formatNumber(server.processP99Ms)})`,
      `${server.ticks} of ${server.dueTicks}`,
      formatNumber(honest.p99Ms / tickMs),
      formatNumber(server.heapMb),
    ]
  }
  const table = kinds.map((kind) => {
    const [hold, ticks, honest, heapMb] = cells(kind, 1)
    const [tenHold, , tenHonest] = cells(kind, 10)
    return `| ${kind} | ${hold} | ${ticks} | ${honest} | ${heapMb} | ${tenHold} | ${tenHonest} |`
  })
  const about = isOther
    ? 'The figures of commit beeefa9, by the same program (`npm run bench:hold -- --server DIR --write`).'
    : 'Written by `npm run bench:hold -- --write`.'
  return `${heading}

One client within all default limits sends the worst member of each kind that a search has found, for ${seconds} s; then ten clients from ten addresses do. Twenty honest clients ask a rule ten times a second each. *Hold* is the processor time of the server's loop between two ticks of 50 ms; in brackets p99 of the whole process, with the engine's own threads for collection and compiling. Honest requests are in ticks. ${about} Measured on ${machine()}.

| kind | hold p99 / max (process), ms | ticks that came | honest p99, ticks | heap, MB | ten: hold p99 / max (process), ms | ten: honest p99, ticks |
| --- | --- | --- | --- | --- | --- | --- |
${table.join('\n')}
${heap === undefined ? '' : `\n${heapText(heap)}\n`}`
}

function heapText(row: HeapRow): string {
  const text = `Ten clients send what takes most memory to a server with ${row.maxHeapMb} MB of heap, while the game is paused and handlers never answer, for ${row.seconds} s.`
  if (row.figures === undefined) return `${text} The server has ended.`
  const { server } = row.figures
  const log = Object.entries(server.log).map(([line, count]) => `- ${count} × ${line}`)
  const lived = `The server has lived, with at most ${formatNumber(server.heapMb)} MB in use. Its log:`
  return `${text} ${lived}\n\n${log.join('\n')}`
}

/** The section of docs/reference/guarantees.md: what each message and request costs at worst. */
export function costsSection(found: readonly WorstMember[]): string {
  const kinds = [...new Set(found.map(({ kind }) => kind.name))]
  const table = kinds.map((name) => {
    const own = found.filter(({ kind }) => kind.name === name)
    const micros = Math.max(...own.map(({ cost }) => cost.microseconds / cost.bytes))
    const heap = Math.max(...own.map(({ cost }) => cost.heapBytes / cost.bytes))
    const slowest = Math.max(...own.map(({ cost }) => cost.microseconds / cost.packets))
    const isPackets = name.startsWith('message/') || name.startsWith('event/')
    return `| ${name} | ${formatNumber(micros)} | ${isPackets ? formatNumber(slowest) : '–'} | ${formatNumber(heap)} |`
  })
  return `## Costs of messages and requests

The worst that a search over each kind has found, within the default limits: processor time of the server for each byte that a client sends, and for one packet; and memory that stays for each byte. Budgets bound how much of it one client can have between two ticks. Written by \`npm run bench:hold -- --write\`, measured on ${machine()}.

| kind | µs per byte | µs per packet | bytes of heap per byte |
| --- | --- | --- | --- |
${table.join('\n')}
`
}
