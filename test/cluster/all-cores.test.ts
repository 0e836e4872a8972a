import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { WebSocketTransport } from '@tygase/client/internal'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { RunningProcess } from '../browser/program.js'
import { buildProgram } from './support/build-program.js'
import { type CountedPlayer, join, send } from './support/counted-player.js'

let program: string
beforeAll(async () => {
  program = await buildProgram('test/cluster/support/all-cores-game.ts')
})

const running: RunningProcess[] = []
const players: CountedPlayer[] = []
afterEach(async () => {
  for (const { player } of players.splice(0)) await player.disconnect()
  await Promise.all(running.splice(0).map((game) => game.end()))
})

const longMs = 60_000

/** Starts the game. @returns its process, the address at its port and the ids of its workers so far */
async function start(workers: number, ...more: string[]) {
  const game = new RunningProcess(process.execPath, [program, String(workers), ...more])
  running.push(game)
  const workerIds = (): number[] => [...game.output.matchAll(/worker (\d+) serves/g)].map(([, id]) => Number(id))
  await vi.waitFor(() => expect(workerIds().length, game.output).toBe(workers), { timeout: longMs, interval: 20 })
  const [, port] = await game.printed(/serves (\d+)/)
  return { game, at: `ws://127.0.0.1:${port}/play`, workerIds }
}

/** Lets clients into rooms. The first of each makes the room. */
async function fill(at: string, rooms: number, clients = 4): Promise<void> {
  const paths = Array.from({ length: rooms }, (_, index) => `/arena/room-${index}`)
  for (let client = 0; client < clients; client++) {
    players.push(...(await Promise.all(paths.map((path) => join(at, path)))))
  }
}

/** Rooms that are not one room for all their clients. */
function twins(): string[] {
  const faults: string[] = []
  for (const { player, path } of players) {
    const mates = players.filter((other) => other.path === path)
    const { counts, processId } = player.state
    const missing = mates.filter(({ player: { clientId } }) => counts[clientId] === undefined)
    if (missing.length > 0) faults.push(`${path} lacks ${missing.length} of its ${mates.length} clients`)
    if (mates.some((mate) => mate.player.state.processId !== processId)) faults.push(`${path} is in two processes`)
  }
  return faults
}

async function settled(check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: longMs, interval: 10 })
}

describe.each([2, 4])('a game on %i workers behind one port', (workers) => {
  test('has each client in the one room of its path, and clients of rooms that are there are sent on by nobody', async () => {
    const { at } = await start(workers)
    await fill(at, 10, 1)
    const opened = vi.spyOn(WebSocketTransport, 'open')
    await fill(at, 10, 3)
    // each by one connection
    expect(opened).toHaveBeenCalledTimes(30)
    opened.mockRestore()
    await settled(() => expect(twins()).toEqual([]))
    expect(players).toHaveLength(40)
    expect(new Set(players.map(({ player }) => player.state.processId)).size).toBeGreaterThan(1)
  })

  test('has the rooms of a worker that SIGTERM ends in others, with all clients, and no event is lost or done twice', async () => {
    const { game, at, workerIds } = await start(workers)
    await fill(at, 6)
    await settled(() => expect(twins()).toEqual([]))
    const ending = players[0]!.player.state.processId
    const timer = setInterval(() => players.forEach(send), 20)
    await settled(() => expect(Math.min(...players.map(({ acked }) => acked))).toBeGreaterThan(5))
    process.kill(ending, 'SIGTERM')
    // another worker has come
    await settled(() => expect(workerIds().length).toBe(workers + 1))
    const before = players.map(({ acked }) => acked)
    await settled(() => {
      for (const [index, { acked }] of players.entries()) expect(acked).toBeGreaterThan(before[index]! + 5)
    })
    clearInterval(timer)
    await settled(() => {
      for (const { player, acked } of players) expect(player.state.counts[player.clientId]).toBe(acked)
    })
    await settled(() => expect(twins()).toEqual([]))
    for (const { player, failed } of players) {
      expect(player.status).toBe('connected')
      expect(player.state.processId).not.toBe(ending)
      expect(failed).toBe(0)
    }
    game.interrupt()
    expect(await game.exitCode).toBe(0)
    expect(game.output).toContain('all have ended')
  })
})

test('clients of a worker that is killed are back in their rooms with a shared journal, and no acked event is lost or doubled', async () => {
  const folder = mkdtempSync(joinPath(tmpdir(), 'tygase-all-cores-'))
  try {
    const { at, workerIds } = await start(2, folder)
    await fill(at, 6)
    await settled(() => expect(twins()).toEqual([]))
    const timer = setInterval(() => players.forEach(send), 20)
    await settled(() => expect(Math.min(...players.map(({ acked }) => acked))).toBeGreaterThan(5))
    const killed = players[0]!.player.state.processId
    const lost = players.filter(({ player }) => player.state.processId === killed)
    const sinceMs = performance.now()
    process.kill(killed, 'SIGKILL')
    const backMs = await Promise.all(
      lost.map(async (counted) => {
        await settled(() => expect(counted.player.state.processId).not.toBe(killed))
        return Math.round(performance.now() - sinceMs)
      }),
    )
    console.log(
      `note: after kill -9 of a worker ${lost.length} clients play on, the last after ${Math.max(...backMs)} ms`,
    )
    const before = players.map(({ acked }) => acked)
    await settled(() => {
      for (const [index, { acked }] of players.entries()) expect(acked).toBeGreaterThan(before[index]! + 5)
    })
    clearInterval(timer)
    await settled(() => {
      for (const { player, acked } of players) expect(player.state.counts[player.clientId]).toBe(acked)
    })
    expect(twins()).toEqual([])
    expect(players.map(({ failed }) => failed)).toEqual(players.map(() => 0))
    await settled(() => expect(workerIds().length).toBe(3))
  } finally {
    await Promise.all(running.map((game) => game.end()))
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a game whose workers cannot start ends with the reason', async () => {
  const game = new RunningProcess(process.execPath, [program, '2', 'fails'])
  running.push(game)
  expect(await game.exitCode).not.toBe(0)
  expect(game.output).toContain('the game cannot be started')
  expect(game.output).toContain('worker_ended')
})
