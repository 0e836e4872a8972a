import assert from 'node:assert/strict'
import type { Simulation } from '@tygase/testkit'
import type { TableRoom } from './gathering.js'

/** How long empty rooms wait, by kind. */
export const idleGraceMs: Readonly<Record<string, number>> = { table: 3000, den: 1000 }

/** After a longer time between two looks a change may have gone unseen. */
const maxGapMs = 200

interface Vacancy {
  tick: number
  sinceMs: number
}

/** Checks empty rooms: they make no ticks, and none ends before its time unless it was closed. */
export class Vacancies {
  /** Rooms that were closed. */
  readonly ended = new WeakSet<object>()
  /** The rooms at the last look; undefined for a room with clients. */
  #rooms = new Map<TableRoom, Vacancy | undefined>()
  #lookedAtMs = 0
  #server: unknown

  look({ server, nowMs }: Simulation, rooms: readonly TableRoom[]): void {
    const hasGap = nowMs - this.#lookedAtMs > maxGapMs
    const before = hasGap || server !== this.#server ? new Map() : this.#rooms
    // a room may have been empty since the last look, or nearly
    const sinceMs = hasGap ? this.#lookedAtMs : nowMs
    this.#lookedAtMs = nowMs
    this.#server = server
    this.#rooms = new Map(rooms.map((room) => [room, vacancyOf(room, before.get(room), sinceMs, nowMs)]))
    for (const [room, vacancy] of before) {
      if (!this.#rooms.has(room) && !this.ended.has(room)) expectOver(room, vacancy, nowMs)
    }
  }
}

function vacancyOf(
  { clients, machine, store, key }: TableRoom,
  before: Vacancy | undefined,
  sinceMs: number,
  nowMs: number,
): Vacancy | undefined {
  if (clients.size > 0) return undefined
  // a restored room counts on from its saved version
  const tick = Math.max(machine.tick, store.version)
  const vacancy = before ?? { tick, sinceMs }
  // a few ticks may run for the last leave, and for a client that was about to join
  const ticks = tick - vacancy.tick
  assert.ok(ticks < 5, `${key} has made ${ticks} ticks in ${nowMs - vacancy.sinceMs} ms without anybody`)
  return vacancy
}

function expectOver({ kind, key }: TableRoom, vacancy: Vacancy | undefined, nowMs: number): void {
  const waitedMs = vacancy === undefined ? 0 : nowMs - vacancy.sinceMs
  assert.ok(waitedMs >= idleGraceMs[kind]! - maxGapMs, `${key} has gone after ${waitedMs} ms without anybody`)
}
