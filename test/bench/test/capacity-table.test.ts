import type { LoadReport } from '@tygase/load'
import { describe, expect, it } from 'vitest'
import { capacityGames } from '../src/capacity/capacity-games.js'
import {
  type CapacityRow,
  capacitySection,
  hasEnough,
  isBusyMachine,
  withCapacity,
} from '../src/capacity/capacity-table.js'

const [game] = capacityGames

/** A row at 30 Hz, whose half a tick is 16.7 ms. */
function row(
  clients: number,
  p99: number | undefined,
  { joined = clients, limit = null as string | null, ticks = 30 } = {},
): CapacityRow {
  const latenessMs = p99 === undefined ? null : { count: 9, p50: 1, p95: 2, p99, max: p99 }
  const report = {
    joins: { joined },
    game: { tickRate: 30, ticksPerSecond: ticks, latenessMs, ackMs: null, bytesInPerSecond: 2048 },
    generator: { limit },
  }
  return { clients, report: report as unknown as LoadReport, processors: 0.5, bytesPerClient: 51_200 }
}

const sectionOf = (...rows: CapacityRow[]): string => capacitySection([[game!, rows]], 10, [0.1, 0.4], false)

describe('more clients', () => {
  it.each([
    ['are tried while ticks come within half a tick', row(50, 16), false],
    ['are not tried when ticks are late', row(50, 17), true],
    ['are not tried when no version came', row(50, undefined), true],
    ['are not tried when some did not get in', row(50, 1, { joined: 49 }), true],
  ])('%s', (_, measured, isEnough) => {
    expect(hasEnough(measured, false)).toBe(isEnough)
  })

  it.each([
    ['are tried on a busy machine, however late ticks come', row(50, 400), false],
    ['are not tried when a busy machine leaves the server too little', row(50, 400, { ticks: 26 }), true],
  ])('%s', (_, measured, isEnough) => {
    expect(hasEnough(measured, true)).toBe(isEnough)
  })
})

describe('the tables', () => {
  it.each([
    [
      'say how many clients are too many',
      [row(50, 5), row(100, 20)],
      '50 clients are within half a tick (16.7 ms) at p99, 100 are not.',
    ],
    [
      'say that the generator was at its limit',
      [row(50, 5), row(100, 20, { limit: 'busy' })],
      '100 are not; there the load generator was at its limit, too, so the server may take more.',
    ],
    [
      'say that more were not tried',
      [row(50, 5)],
      '50 clients are within half a tick at p99, and more were not tried.',
    ],
    ['say that the least number was too many', [row(50, 40)], 'The least number of clients was too many.'],
  ])('%s', (_, rows, sentence) => {
    expect(sectionOf(...rows)).toContain(sentence)
  })

  it('have a line for each number of clients', () => {
    expect(sectionOf(row(50, 5))).toContain('| 50 | 1.00 ms | 5.00 ms | 30.0 | – | 50 % | 1.00 % | 50 KiB | 2.00 KiB |')
  })

  it('show processor time alone if other programs used the machine', () => {
    const section = capacitySection([[game!, [row(50, 400), row(100, 900, { ticks: 20 })]]], 10, [9, 9], true)
    expect(section).toContain('By its processor time at 50 clients, half a core is for about 50.')
    expect(section).toContain('| 50 | – | – | 30.0 | – | 50 % | 1.00 % | 50 KiB | 2.00 KiB |')
    expect(section).not.toContain('| 100 |')
    expect([isBusyMachine(0.5, 2), isBusyMachine(0.6, 2)]).toEqual([false, true])
  })

  it('take the place of those of before, and of nothing else', () => {
    const page = (section: string): string => `# A\n\n${section}\n## B\n`
    const [before, after] = [sectionOf(row(50, 5)), sectionOf(row(60, 6))]
    expect(withCapacity(page(before), after)).toBe(page(after))
    expect(() => withCapacity('# A\n', after)).toThrow('no place')
  })
})
