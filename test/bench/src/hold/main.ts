// `npm run bench:hold`: what the worst clients within all limits do to a server.
import { readFileSync, writeFileSync } from 'node:fs'
import { formatNumber } from '../report/format.js'
import { withSection } from '../report/page-sections.js'
import { findMembers } from './find-members.js'
import { preparationOf } from './generator/packets.js'
import { figureOf } from './generator/search.js'
import { type HoldOptions, holdHelp, parseHoldOptions } from './hold-options.js'
import { costsSection, type HeapRow, type HoldRow, heapLines, holdLine, holdSection } from './hold-report.js'
import { measureAttack } from './measure-hold.js'
import type { WorstMember } from './processes/questions.js'

const pages = new URL('../../../../docs/', import.meta.url)
const manyAttackers = 10
const maxHeapMb = 512
/** A try over sockets takes a quarter of a second. */
const triesPerSecond = 4
/** Kinds of members that fill the memory, those that take most first. */
const heapKinds = 10
/** Its rule takes 0.8 ms at the server that is attacked, and none in the search. */
const costlyRule = 'event/work'

try {
  const options = parseHoldOptions(process.argv.slice(2))
  if (options.help) console.log(holdHelp)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function measure(options: HoldOptions): Promise<void> {
  const { root, effort, only, seed, parts, isOther } = options
  console.log(`The server of ${root}; the search has seed ${seed}.`)
  const found = await findMembers({
    root,
    effort,
    only,
    seed,
    onKind(kind, members) {
      if (members.length === 0) console.log(`${kind.name}: no member can be built`)
      for (const member of members) console.log(memberLine(member))
    },
  })
  const holds = parts.includes('hold') ? await measureHolds(found, options) : []
  const heap = parts.includes('heap') ? await measureHeap(found, options) : undefined
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ found, holds, heap }, undefined, 1))
  if (!options.write) return
  writeSection('internals/reliability.md', holdSection(holds, heap, effort.seconds, isOther))
  if (!isOther) writeSection('reference/guarantees.md', costsSection(found))
}

async function measureHolds(found: readonly WorstMember[], options: HoldOptions): Promise<HoldRow[]> {
  const { root, effort } = options
  const rows: HoldRow[] = []
  const measureOne = async (kind: string, members: readonly WorstMember[], attackers: number): Promise<HoldRow> => {
    const figures = await measureAttack({ root, members, attackers, seconds: effort.seconds }).catch(noteEnd)
    const row = { kind, attackers, figures }
    console.log(holdLine(row))
    return row
  }
  rows.push(await measureOne('nothing', [], 1))
  const worst = new Map<string, WorstMember>()
  for (const [kind, members] of byKind(costliest(found, effort.kinds))) {
    let longest: HoldRow | undefined
    for (const member of members.filter(({ aim }) => aim !== 'heap')) {
      const row = await measureOne(kind, [member], 1)
      if (longest !== undefined && holdOf(row) <= holdOf(longest)) continue
      longest = row
      worst.set(kind, member)
    }
    if (longest !== undefined) rows.push(longest)
  }
  const sorted = rows.filter(({ kind }) => worst.has(kind)).sort((a, b) => holdOf(b) - holdOf(a))
  for (const [place, { kind }] of sorted.entries()) {
    if (place >= effort.tenfoldKinds && kind !== costlyRule) continue
    rows.push(await measureOne(kind, [worst.get(kind)!], manyAttackers))
  }
  return rows
}

async function measureHeap(found: readonly WorstMember[], { root, effort }: HoldOptions): Promise<HeapRow> {
  const byHeap = found
    .filter(({ kind }) => kind.family === 'event' || kind.family === 'message')
    .sort((a, b) => b.cost.heapBytes / b.cost.bytes - a.cost.heapBytes / a.cost.bytes)
  const members = byHeap.slice(0, heapKinds)
  const seconds = effort.heapSeconds
  const attack = { root, members, attackers: manyAttackers, seconds, isPaused: true, maxHeapMb }
  const figures = await measureAttack(attack).catch(noteEnd)
  const row = { maxHeapMb, seconds, attackers: manyAttackers, figures }
  console.log(heapLines(row))
  return row
}

/** Members of the kinds that cost most for each second of sending, and of the one whose rule costs most. */
function costliest(found: readonly WorstMember[], kinds: number): WorstMember[] {
  const power = ({ kind, cost }: WorstMember): number =>
    kind.family === 'message' || kind.family === 'event' ? figureOf(cost, 'rate') : cost.microseconds * triesPerSecond
  const order = found.filter(({ aim }) => aim === 'rate').sort((a, b) => power(b) - power(a))
  const chosen = new Set(order.slice(0, kinds).map(({ kind }) => kind.name))
  return found.filter(({ kind }) => chosen.has(kind.name) || kind.name === costlyRule)
}

function byKind(found: readonly WorstMember[]): Map<string, WorstMember[]> {
  const kinds = new Map<string, WorstMember[]>()
  for (const member of found) kinds.set(member.kind.name, [...(kinds.get(member.kind.name) ?? []), member])
  return kinds
}

function holdOf({ figures }: HoldRow): number {
  return figures?.server.holdP99Ms ?? Number.POSITIVE_INFINITY
}

/** A server that has ended is a result, another failure is none. */
function noteEnd(error: unknown): undefined {
  const text = error instanceof Error ? error.message : String(error)
  if (!text.startsWith('The server process has ended')) throw error
  console.log(`  ${text}`)
}

function memberLine({ kind, genes, aim, cost }: WorstMember): string {
  const { bytes, packets, microseconds, heapBytes, isClosed } = cost
  const preparation = JSON.stringify(preparationOf({ kind, genes: Uint8Array.from(genes) }))
  const figures = [
    `${formatNumber(microseconds / bytes)} µs/B`,
    `${formatNumber(heapBytes / bytes)} heap B/B`,
    `${formatNumber(microseconds / packets)} µs and ${formatNumber(bytes / packets)} B a packet`,
  ]
  return `${kind.name.padEnd(22)}${aim.padEnd(5)}${figures.join(', ')}${isClosed ? ', closed' : ''} ${preparation}`
}

function writeSection(path: string, section: string): void {
  const page = new URL(path, pages)
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), section))
}
