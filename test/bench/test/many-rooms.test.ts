import { describe, expect, it } from 'vitest'
import type { RoomFigures } from '../src/net/measure-room.js'
import { idleRoomsTable, idleVerdict, manyRoomsTable } from '../src/net/report/many-rooms-section.js'
import { type IdleKind, idleRowsOf, isEmptyMeasurable } from '../src/net/rooms/compare-idle.js'
import { manyRowsOf } from '../src/net/rooms/compare-many.js'

const others = { bytesPerSecond: 1100, latenessP50Ms: 1, latenessP99Ms: 2, memoryPerClient: 5000, clientCpuShare: 0.1 }
const windowsOf = (cpu: readonly number[]): RoomFigures[] =>
  cpu.map((cpuPerClientTick) => ({ cpuPerClientTick, ...others }))

describe('many rooms', () => {
  const rows = manyRowsOf(200, windowsOf([20, 30, 22]), windowsOf([10, 20, 11]))

  it('have the median of each figure, and their processor time in times of one room’s round by round', () => {
    expect(rows.map(({ figures, cpuRatio }) => [figures.cpuPerClientTick, cpuRatio])).toEqual([
      [22, 2],
      [11, 1],
    ])
  })

  it('have as many clients in all as the one room', () => {
    expect(rows.map(({ rooms, clientsPerRoom }) => [rooms, clientsPerRoom])).toEqual([
      [200, 10],
      [1, 2000],
    ])
  })

  it('are a table with a line for each number of rooms', () => {
    expect(manyRoomsTable(rows).split('\n').slice(2)).toEqual([
      '| 200 | 10 | 22.0 | 2.00 | 1,100 | 1.00 | 2.00 | 5.00 | 10 % |',
      '| 1 | 2,000 | 11.0 | 1.00 | 1,100 | 1.00 | 2.00 | 5.00 | 10 % |',
    ])
  })
})

describe('idle rooms', () => {
  const rowsOf = (none: number[], empty: number[], quiet = [9000, 9000, 9000]) =>
    idleRowsOf(100, new Map<IdleKind, number[]>(Object.entries({ none, empty, quiet }) as [IdleKind, number[]][]))

  it('cost what they need above no rooms, by the least of the windows', () => {
    expect(rowsOf([100, 300, 200], [150, 400, 220])).toEqual([
      { kind: 'none', rooms: 0, cpuPerSecond: 100, spread: 200, abovePerRoom: 0 },
      { kind: 'empty', rooms: 100, cpuPerSecond: 150, spread: 250, abovePerRoom: 0.5 },
      { kind: 'quiet', rooms: 100, cpuPerSecond: 9000, spread: 0, abovePerRoom: 89 },
    ])
  })

  it.each([
    ['nothing measurable where windows without rooms differ by more', [100, 300, 200], [150, 400, 220], false],
    ['something measurable where they differ by less', [100, 120, 110], [150, 400, 220], true],
    ['nothing measurable where they cost less than none', [100, 120, 110], [90, 80, 100], false],
  ])('cost %s', (_, none, empty, isMeasurable) => {
    const rows = rowsOf(none, empty)
    expect(isEmptyMeasurable(rows)).toBe(isMeasurable)
    expect(idleVerdict(rows)).toMatch(isMeasurable ? /can be measured/ : /nothing measurable/)
  })

  it('are a table with a line for each kind', () => {
    expect(
      idleRoomsTable(rowsOf([100, 300, 200], [150, 400, 220]))
        .split('\n')
        .slice(2),
    ).toEqual([
      '| none | 0.100 | 0.200 | – |',
      '| 100 empty ones | 0.150 | 0.250 | 0.500 |',
      '| 100 with a client each, nothing changes | 9.00 | 0 | 89.0 |',
    ])
  })
})
