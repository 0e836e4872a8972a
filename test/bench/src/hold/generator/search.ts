import { geneBytes } from './genes.js'
import type { Kind } from './kinds.js'
import type { Member } from './packets.js'

/** What a member costs, as the search needs to know it. */
export interface SearchCost {
  readonly bytes: number
  readonly packets: number
  readonly microseconds: number
  readonly heapBytes: number
  readonly isClosed: boolean
}

/**
 * What is to be the most: `time` in microseconds for each byte, `heap` in bytes that stay for each byte sent, `rate` in
 * microseconds for each second of sending as fast as the limits and a fast network allow.
 */
export type Aim = 'time' | 'heap' | 'rate'

/** Limits of a second of sending: the default limit of packets, and bytes that one core can send to one socket. */
const packetsPerSecond = 20_000
const bytesPerSecond = 40_000_000

export function figureOf(cost: SearchCost, aim: Aim): number {
  if (aim === 'heap') return cost.heapBytes / cost.bytes
  if (aim === 'time') return cost.microseconds / cost.bytes
  const packetBytes = cost.bytes / cost.packets
  const perSecond = Math.min(packetsPerSecond, bytesPerSecond / packetBytes)
  return (cost.microseconds / cost.packets) * perSecond
}

export interface Found {
  readonly member: Member
  readonly cost: SearchCost
  readonly figure: number
}

/** The share of a search that is drawn by chance before the best is changed further. */
const chanceShare = 0.4
const finalists = 3

/**
 * Looks for the member of a kind that costs most: by chance first, then by changes to the best found so far.
 * @param options.checks the best are measured again so often: one slow moment of the machine must not choose
 * @param figure of the cost that is to be the most
 * @param measure undefined for genes that make no message
 * @returns undefined if no genes made a message
 */
export async function findWorst(
  kind: Kind,
  figure: (cost: SearchCost) => number,
  { tries, random, checks }: { tries: number; random: () => number; checks: number },
  measure: (member: Member) => SearchCost | undefined | Promise<SearchCost | undefined>,
): Promise<Found | undefined> {
  const best: Found[] = []
  const attempt = async (genes: Uint8Array): Promise<void> => {
    const member = { kind, genes }
    const cost = await measure(member)
    if (cost === undefined) return
    best.push({ member, cost, figure: worthOf(cost, figure) })
    best.sort((a, b) => b.figure - a.figure)
    best.length = Math.min(best.length, finalists)
  }
  const draws = Math.ceil(tries * chanceShare)
  // a kind with few valid members gets more draws
  for (let done = 0; done < draws || (best.length === 0 && done < draws * 20); done++) {
    await attempt(Uint8Array.from({ length: geneBytes }, () => Math.floor(random() * 256)))
  }
  for (let done = draws; done < tries && best.length > 0; done++) {
    await attempt(changed(best[Math.floor(random() * best.length)]!.member.genes, random))
  }
  const checked: Found[] = []
  for (const { member } of best) {
    const costs: SearchCost[] = []
    for (let check = 0; check < checks; check++) {
      const cost = await measure(member)
      if (cost !== undefined) costs.push(cost)
    }
    costs.sort((a, b) => worthOf(a, figure) - worthOf(b, figure))
    const cost = costs[costs.length >> 1]
    if (cost !== undefined) checked.push({ member, cost, figure: figure(cost) })
  }
  return checked.sort((a, b) => b.figure - a.figure)[0]
}

/** A member that ends its session pays for another handshake, so it counts for little. */
function worthOf(cost: SearchCost, figure: (cost: SearchCost) => number): number {
  return figure(cost) * (cost.isClosed ? 0.01 : 1)
}

function changed(genes: Uint8Array, random: () => number): Uint8Array {
  const copy = genes.slice()
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const place = Math.floor(random() * random() * copy.length)
    const value = copy[place]!
    copy[place] =
      random() < 0.5 ? Math.floor(random() * 256) : Math.max(0, Math.min(255, value + (random() < 0.5 ? 16 : -16)))
  }
  return copy
}
