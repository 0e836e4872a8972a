import assert from 'node:assert/strict'
import type { Simulation } from '@tygase/testkit'
import type { TableRoom } from './gathering.js'

/** How long rooms without anybody wait, by kind. */
export const idleGraceMs: Readonly<Record<string, number>> = { table: 3000, den: 1000 }

/** The longest time between two looks after which something may have gone unseen. */
const maxGapMs = 200

interface Vacancy {
  tick: number
  sinceMs: number
}

/** Looks at rooms without anybody: they stand still, and none goes before its time unless it was ended. */
export class Vacancies {
  /** Rooms that somebody has ended. */
  readonly ended = new WeakSet<object>()
  /** Those there were at the last look; undefined for one in which somebody was. */
  #rooms = new Map<TableRoom, Vacancy | undefined>()
  #lookedAtMs = 0
  #server: unknown

  look({ server, nowMs }: Simulation, rooms: readonly TableRoom[]): void {
    const before = nowMs - this.#lookedAtMs > maxGapMs || server !== this.#server ? new Map() : this.#rooms
    this.#lookedAtMs = nowMs
    this.#server = server
    this.#rooms = new Map(rooms.map((room) => [room, vacancyOf(room, before.get(room), nowMs)]))
    for (const [room, vacancy] of before) {
      if (!this.#rooms.has(room) && !this.ended.has(room)) expectOver(room, vacancy, nowMs)
    }
  }
}

function vacancyOf(
  { clients, machine, store, key }: TableRoom,
  before: Vacancy | undefined,
  nowMs: number,
): Vacancy | undefined {
  if (clients.size > 0) return undefined
  // a room that has been restored counts on from the version that it got
  const tick = Math.max(machine.tick, store.version)
  const vacancy = before ?? { tick, sinceMs: nowMs }
  // the rules see to those who have left last, and somebody may have been about to come
  const ticks = tick - vacancy.tick
  assert.ok(ticks < 5, `${key} has made ${ticks} ticks in ${nowMs - vacancy.sinceMs} ms without anybody`)
  return vacancy
}

function expectOver({ kind, key }: TableRoom, vacancy: Vacancy | undefined, nowMs: number): void {
  const waitedMs = vacancy === undefined ? 0 : nowMs - vacancy.sinceMs
  assert.ok(waitedMs >= idleGraceMs[kind]! - maxGapMs, `${key} has gone after ${waitedMs} ms without anybody`)
}
