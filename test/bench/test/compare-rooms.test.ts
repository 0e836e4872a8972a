import { describe, expect, it } from 'vitest'
import { rowsOf } from '../src/net/compare-rooms.js'
import type { RoomFigures } from '../src/net/measure-room.js'
import { netRequirementsOf } from '../src/net/report/net-requirements.js'
import type { NetSystemName } from '../src/net/systems/net-system.js'

function windows(cpu: Record<NetSystemName, readonly number[]>): Map<NetSystemName, RoomFigures[]> {
  const others = { bytesPerSecond: 1, latenessP50Ms: 1, latenessP99Ms: 1, memoryPerClient: 1, clientCpuShare: 0.1 }
  return new Map(
    Object.entries(cpu).map(([system, values]) => [
      system as NetSystemName,
      values.map((cpuPerClientTick) => ({ cpuPerClientTick, ...others })),
    ]),
  )
}

const cpu = { tygase: [8, 16, 9], colyseus: [10, 20, 10], 'socket.io': [20, 30, 10] }

describe('rooms that are compared', () => {
  it('have the median of each figure and the median of the ratios round by round', () => {
    const rows = rowsOf(200, windows(cpu))
    expect(rows.map(({ system, figures, cpuRatio }) => [system, figures.cpuPerClientTick, cpuRatio])).toEqual([
      ['tygase', 9, 1],
      ['colyseus', 10, 0.8],
      ['socket.io', 20, 16 / 30],
    ])
  })

  it('are held to the bounds with 200 clients, and with no other number', () => {
    const figuresOf = (clients: number) =>
      netRequirementsOf(rowsOf(clients, windows(cpu)), []).map(({ figure }) => figure)
    expect(figuresOf(200)).toEqual([0.8, 16 / 30, null])
    expect(figuresOf(50)).toEqual([null, null, null])
  })
})
