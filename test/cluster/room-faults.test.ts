import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { connect } from '@tygase/client'
import { WebSocketTransport } from '@tygase/client/internal'
import { createRandom } from '@tygase/gamestate'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { buildProgram } from './support/build-program.js'
import { type CountedPlayer, send } from './support/counted-player.js'
import type { counting } from './support/counting-game.js'
import { CuttingProxy } from './support/cutting-proxy.js'
import { freePort, NatsServer } from './support/nats-server.js'
import { overlapsOf, RestartedWorker, readActs } from './support/restarted-worker.js'

/** `ROOM_FAULTS=500` plays what a release should have seen: half an hour. */
const faults = Number(process.env.ROOM_FAULTS ?? 5)
const seed = Number(process.env.SEED ?? 1)
const leaseMs = 1000
const rooms = 6
const processes = 3
const clients = 30

let nats: NatsServer
let program: string
let folder: string

beforeAll(async () => {
  nats = await NatsServer.start()
  program = await buildProgram('test/cluster/support/room-worker.ts')
  folder = mkdtempSync(joinPath(tmpdir(), 'tygase-rooms-'))
})
afterAll(async () => {
  await nats.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As a balancer in front of the servers: one that does not answer is passed over. */
function balanced(ports: readonly number[], path: string, next: () => number) {
  return {
    path,
    openTransport: async () => {
      for (let tries = 0; ; tries++) {
        const url = new URL(`ws://127.0.0.1:${ports[Math.floor(next() * ports.length)]}${path}`)
        try {
          return await WebSocketTransport.open(url, AbortSignal.timeout(1000))
        } catch (error) {
          if (tries === ports.length) throw error
        }
      }
    },
  }
}

it(`${clients} clients in rooms of ${processes} servers on NATS play on, and lose no event, through ${faults} kills, stops, cuts, drains and restarts of NATS`, {
  timeout: 300_000 + faults * 10_000,
}, async () => {
  const random = createRandom(seed)
  const between = (least: number, most: number) => least + random() * (most - least)
  // how long a fault lasts: the processes are real ones, and have no clock that a test could move
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const workers: RestartedWorker[] = []
  const ports: number[] = []
  const players: CountedPlayer[] = []
  let timer: NodeJS.Timeout | undefined
  const allPlay = async () => {
    const acked = players.map((player) => player.acked)
    const check = (): void => {
      for (const [index, player] of players.entries()) expect(player.acked).toBeGreaterThan(acked[index]!)
    }
    await vi.waitFor(check, { timeout: 120_000, interval: 100 })
  }
  try {
    for (let place = 0; place < processes; place++) {
      const [proxy, port, file] = [
        await CuttingProxy.start(nats.port),
        await freePort(),
        joinPath(folder, `${place}.log`),
      ]
      ports.push(port)
      const args = [proxy.port, port, file, joinPath(folder, 'journal'), leaseMs]
      workers.push(new RestartedWorker(program, args, { proxy, file }))
    }
    for (let client = 0; client < clients; client++) {
      const path = `/arena/${client % rooms}`
      const at = balanced(ports, path, random)
      const player = await connect<typeof counting>(at, { logger: false, timeoutMs: 120_000 })
      players.push({ player, path, acked: 0, failed: 0 })
    }
    timer = setInterval(() => players.forEach(send), 50)
    await allPlay()
    const counts = { kill: 0, stop: 0, cut: 0, drain: 0, nats: 0 }
    for (let fault = 0; fault < faults; fault++) {
      // each kind in turn, so that a short run has all of them
      const kind = (['kill', 'stop', 'cut', 'drain', 'nats'] as const)[fault % 5]!
      const worker = workers[Math.floor(random() * processes)]!
      counts[kind]++
      if (kind === 'kill') worker.kill('SIGKILL')
      if (kind === 'drain') worker.kill('SIGTERM')
      if (kind === 'stop') {
        worker.kill('SIGSTOP')
        await wait(between(0.3, 2.8) * leaseMs)
        worker.kill('SIGCONT')
      }
      if (kind === 'cut') {
        worker.proxy.cut()
        await wait(between(0.3, 2.8) * leaseMs)
        worker.proxy.heal()
      }
      if (kind === 'nats') {
        await nats.kill()
        await wait(between(0.2, 1.7) * leaseMs)
        await nats.start()
      }
      await wait(between(0.3, 1.2) * leaseMs)
    }
    await allPlay()
    clearInterval(timer)
    const { problems, gaps } = overlapsOf(readActs(workers.map(({ file }) => file)))
    const figures = { ...counts, takeovers: gaps.length, gapMs: Math.round(gaps[gaps.length >> 1] ?? 0) }
    const sum = () => players.reduce((all, { acked }) => all + acked, 0)
    await vi.waitFor(
      () => {
        for (const { player, acked, failed } of players) {
          expect(player.status).toBe('connected')
          expect(failed).toBe(0)
          expect(player.state.counts[player.clientId]).toBe(acked)
        }
      },
      { timeout: 60_000, interval: 100 },
    )
    console.log(
      `note: rooms on NATS: ${JSON.stringify({ ...figures, acked: sum() })}; again: SEED=${seed} npm test -- --only cluster`,
    )
    expect(problems).toEqual([])
    expect(gaps.length).toBeGreaterThan(0)
  } finally {
    clearInterval(timer)
    for (const { player } of players) await player.disconnect()
    await Promise.all(workers.map((worker) => worker.close()))
    for (const { proxy } of workers) proxy.close()
  }
})
