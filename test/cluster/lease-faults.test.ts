import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@tygase/gamestate'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { buildProgram } from './support/build-program.js'
import { CuttingProxy } from './support/cutting-proxy.js'
import { NatsServer } from './support/nats-server.js'
import { overlapsOf, RestartedWorker, readActs } from './support/restarted-worker.js'

/** `LEASE_FAULTS=500` plays what a release should have seen: 20 minutes. */
const faults = Number(process.env.LEASE_FAULTS ?? 6)
const seed = Number(process.env.SEED ?? 1)
const leaseMs = 1000
const rooms = 6
const processes = 3

let nats: NatsServer
let program: string
let folder: string

beforeAll(async () => {
  nats = await NatsServer.start()
  program = await buildProgram('test/cluster/support/lease-worker.ts')
  folder = mkdtempSync(join(tmpdir(), 'tygase-leases-'))
})
afterAll(async () => {
  await nats.close()
  rmSync(folder, { recursive: true, force: true })
})

it(`no two of ${processes} processes on NATS act for a room at once, after ${faults} kills, stops, cuts and restarts of NATS`, {
  timeout: 300_000 + faults * 10_000,
}, async () => {
  const random = createRandom(seed)
  const between = (least: number, most: number) => least + random() * (most - least)
  // how long a fault lasts: the processes are real ones, and have no clock that a test could move
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const worker = async (place: number): Promise<RestartedWorker> => {
    const proxy = await CuttingProxy.start(nats.port)
    const file = join(folder, `${place}.log`)
    return new RestartedWorker(program, [proxy.port, file, leaseMs, rooms], { proxy, file })
  }
  const workers: RestartedWorker[] = []
  for (let place = 0; place < processes; place++) {
    workers.push(await worker(place))
  }
  const actsNow = () => readActs(workers.map(({ file }) => file))
  const actorOf = (room: string): RestartedWorker => {
    const lastMs = workers.map(({ file }) => readActs([file]).get(room)?.at(-1)?.atMs ?? 0)
    return workers[lastMs.indexOf(Math.max(...lastMs))]!
  }
  const livingSince = (atMs: number) => [...actsNow().values()].filter((acts) => acts.at(-1)!.atMs > atMs).length
  const allLive = async () => {
    const atMs = Number(process.hrtime.bigint()) / 1e6
    await vi.waitFor(() => expect(livingSince(atMs)).toBe(rooms), { timeout: 120_000, interval: 200 })
  }
  try {
    await allLive()
    const counts = { kill: 0, stop: 0, cut: 0, nats: 0 }
    for (let fault = 0; fault < faults; fault++) {
      // each kind in turn, so that a short run has all of them
      const kind = (['kill', 'stop', 'cut', 'nats'] as const)[fault % 4]!
      // a process that acts for no room would leave nothing to take over
      const chosen = kind === 'kill' ? actorOf('arena/0') : workers[Math.floor(random() * processes)]!
      counts[kind]++
      if (kind === 'kill') chosen.kill('SIGKILL')
      if (kind === 'stop') {
        chosen.kill('SIGSTOP')
        await wait(between(0.3, 2.8) * leaseMs)
        chosen.kill('SIGCONT')
      }
      if (kind === 'cut') {
        chosen.proxy.cut()
        await wait(between(0.3, 2.8) * leaseMs)
        chosen.proxy.heal()
      }
      if (kind === 'nats') {
        await nats.kill()
        await wait(between(0.2, 1.7) * leaseMs)
        await nats.start()
      }
      await wait(between(0.3, 1.2) * leaseMs)
    }
    // two leases and what a busy machine takes: each room lives again
    await allLive()
    const { problems, gaps } = overlapsOf(actsNow())
    const ends = workers.reduce((sum, worker) => sum + worker.ends, 0)
    const figures = { ...counts, takeovers: gaps.length, ends, gapMs: Math.round(gaps[gaps.length >> 1] ?? 0) }
    console.log(`note: leases on NATS: ${JSON.stringify(figures)}; again: SEED=${seed} npm test -- --only cluster`)
    expect(problems).toEqual([])
    expect(gaps.length).toBeGreaterThan(0)
  } finally {
    await Promise.all(workers.map((worker) => worker.close()))
    for (const { proxy } of workers) proxy.close()
  }
})
