import { ServerError } from '../errors.js'

/** Players who wait together for a match: a group of friends, or one player. */
export interface WaitingGroup {
  /** Number of players, from 1. */
  readonly players: number
  /** Of the group, in any unit: the mean of its players, or the highest. */
  readonly rank: number
  /** Since when all of them wait, in ms. */
  readonly sinceMs: number
}

/** What `matchPlayers` is to look for. */
export interface MatchOptions {
  /** Players in a match, from 1. */
  readonly size: number
  /**
   * How far in rank others may be from a group that has waited for so many ms: 0 or more. `Infinity` takes all. A function that never
   * falls makes long waits end.
   */
  readonly rangeAt: (waitedMs: number) => number
}

/** A group with its place in the list that was given, which decides between equal ones. */
interface Candidate<Group extends WaitingGroup> {
  readonly group: Group
  readonly place: number
}

/**
 * Forms matches of exactly `size` players out of groups that wait. It is pure: the same groups and time give the same matches.
 *
 * Each match is built around one group, and all others in it are within that group's range. Groups have their turn in the order in
 * which they came. Of groups in range the nearest in rank are taken first, if the match can still be filled with them. So a group is
 * left waiting only if no groups that are left and in its range fill a match with it.
 *
 * It takes O(n log n) steps for n groups, times the number of sizes of groups.
 * @param nowMs on the clock of `sinceMs`
 * @returns for each match its groups, first the one around which it was built
 * @throws ServerError `invalid_argument` for a group that is larger than a match, and for numbers that are none
 */
export function matchPlayers<Group extends WaitingGroup>(
  waiting: readonly Group[],
  nowMs: number,
  { size, rangeAt }: MatchOptions,
): Group[][] {
  if (!isCount(size)) throw new ServerError('invalid_argument', `size is a whole number from 1, not ${size}`)
  const candidates = waiting.map((group, place) => ({ group, place }))
  for (const { group } of candidates) check(group, size)
  const shelves = new Map<number, Shelf<Group>>()
  for (const candidate of candidates) {
    const { players } = candidate.group
    const shelf = shelves.get(players) ?? new Shelf<Group>()
    shelves.set(players, shelf)
    shelf.all.push(candidate)
  }
  for (const { all } of shelves.values()) all.sort(byRank)
  const taken = new Set<Candidate<Group>>()
  const matches: Group[][] = []
  for (const anchor of [...candidates].sort(byWait)) {
    if (taken.has(anchor)) continue
    const range = rangeAt(nowMs - anchor.group.sinceMs)
    // NaN is no range either
    if (!(range >= 0)) throw new ServerError('invalid_argument', `rangeAt returns 0 or more, not ${range}`)
    const others = fill(anchor, range, size, shelves)
    if (others === undefined) continue
    const match = [anchor, ...others]
    for (const candidate of match) {
      taken.add(candidate)
      shelves.get(candidate.group.players)!.remove(candidate)
    }
    matches.push(match.map(({ group }) => group))
  }
  return matches
}

/** @returns the groups that fill a match with `anchor`; undefined if none do */
function fill<Group extends WaitingGroup>(
  anchor: Candidate<Group>,
  range: number,
  size: number,
  shelves: ReadonlyMap<number, Shelf<Group>>,
): Candidate<Group>[] | undefined {
  const seats = size - anchor.group.players
  const near: Candidate<Group>[] = []
  for (const [players, shelf] of shelves) {
    // no match has more groups of this size
    near.push(...shelf.nearest(anchor, range, Math.floor(seats / players)))
  }
  near.sort(byDistance(anchor))
  // fits[i] has the numbers of seats that the groups from the i-th on can fill
  const fits: Set<number>[] = [new Set([0])]
  for (const { group } of [...near].reverse()) {
    const next = new Set(fits[0])
    for (const filled of fits[0]!) if (filled + group.players <= seats) next.add(filled + group.players)
    fits.unshift(next)
  }
  if (!fits[0]!.has(seats)) return undefined
  let left = seats
  return near.filter(({ group }, index) => {
    if (!fits[index + 1]!.has(left - group.players)) return false
    left -= group.players
    return true
  })
}

/** The groups of one size that are in no match yet, by rank. */
class Shelf<Group extends WaitingGroup> {
  readonly all: Candidate<Group>[] = []

  remove(candidate: Candidate<Group>): void {
    this.all.splice(this.#placeOf(candidate), 1)
  }

  /** @returns at most `most` groups, the nearest ones in rank within `range`, without `anchor` itself */
  nearest(anchor: Candidate<Group>, range: number, most: number): Candidate<Group>[] {
    const found: Candidate<Group>[] = []
    const nearer = byDistance(anchor)
    let above = this.#placeOf(anchor)
    let below = above - 1
    if (this.all[above] === anchor) above++
    while (found.length < most) {
      const [low, high] = [this.all[below], this.all[above]]
      const next = low === undefined || (high !== undefined && nearer(high, low) < 0) ? high : low
      if (next === undefined || distance(next, anchor) > range) break
      if (next === low) below--
      else above++
      found.push(next)
    }
    return found
  }

  /** The place of a group, or where it would be. */
  #placeOf(candidate: Candidate<Group>): number {
    let [from, to] = [0, this.all.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (byRank(this.all[middle]!, candidate) < 0) from = middle + 1
      else to = middle
    }
    return from
  }
}

type Compare = (a: Candidate<WaitingGroup>, b: Candidate<WaitingGroup>) => number

const byRank: Compare = (a, b) => a.group.rank - b.group.rank || a.place - b.place
const byWait: Compare = (a, b) => a.group.sinceMs - b.group.sinceMs || a.place - b.place

function byDistance(anchor: Candidate<WaitingGroup>): Compare {
  return (a, b) => distance(a, anchor) - distance(b, anchor) || byWait(a, b)
}

function distance(a: Candidate<WaitingGroup>, b: Candidate<WaitingGroup>): number {
  return Math.abs(a.group.rank - b.group.rank)
}

function check({ players, rank, sinceMs }: WaitingGroup, size: number): void {
  if (!isCount(players) || players > size) {
    throw new ServerError('invalid_argument', `a group has 1 to ${size} players, not ${players}`)
  }
  if (!Number.isFinite(rank) || !Number.isFinite(sinceMs)) {
    throw new ServerError('invalid_argument', `rank and sinceMs are numbers, not ${rank} and ${sinceMs}`)
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0
}
