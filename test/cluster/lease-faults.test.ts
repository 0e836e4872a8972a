import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@tygase/gamestate'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { buildProgram } from './support/build-program.js'
import { CuttingProxy } from './support/cutting-proxy.js'
import { NatsServer } from './support/nats-server.js'

/** `LEASE_FAULTS=500` plays what a release should have seen: 20 minutes. */
const faults = Number(process.env.LEASE_FAULTS ?? 6)
const seed = Number(process.env.SEED ?? 1)
const leaseMs = 1000
const rooms = 6
const processes = 3

/** A process that is started anew whenever it ends. */
class Worker {
  readonly proxy: CuttingProxy
  readonly file: string
  readonly #program: string
  #child: ChildProcess | undefined
  #isOver = false
  ends = 0

  constructor(program: string, proxy: CuttingProxy, file: string) {
    this.#program = program
    this.proxy = proxy
    this.file = file
    this.start()
  }

  start(): void {
    const args = [this.proxy.port, this.file, leaseMs, rooms].map(String)
    const child = fork(this.#program, args, { stdio: 'inherit', execArgv: [] })
    this.#child = child
    child.once('exit', (code) => {
      if (code === 7) this.ends++
      if (!this.#isOver) this.start()
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async close(): Promise<void> {
    this.#isOver = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exit
  }
}

/** All moments in which a process might act for a room, by room. */
function readActs(files: readonly string[]): Map<string, { epoch: number; serverId: string; atMs: number }[]> {
  const acts = new Map<string, { epoch: number; serverId: string; atMs: number }[]>()
  for (const file of files.filter((name) => existsSync(name))) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [room = '', epoch, serverId = '', atNs] = line.split(' ')
      // a process that was killed may have left half a line
      if (atNs === undefined) continue
      const ofRoom = acts.get(room) ?? []
      acts.set(room, ofRoom)
      ofRoom.push({ epoch: Number(epoch), serverId, atMs: Number(atNs) / 1e6 })
    }
  }
  for (const ofRoom of acts.values()) ofRoom.sort((a, b) => a.atMs - b.atMs)
  return acts
}

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
  const workers: Worker[] = []
  for (let place = 0; place < processes; place++) {
    workers.push(new Worker(program, await CuttingProxy.start(nats.port), join(folder, `${place}.log`)))
  }
  const actsNow = () => readActs(workers.map(({ file }) => file))
  const actorOf = (room: string): Worker => {
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
      const worker = kind === 'kill' ? actorOf('arena/0') : workers[Math.floor(random() * processes)]!
      counts[kind]++
      if (kind === 'kill') worker.kill('SIGKILL')
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
    // two leases and what a busy machine takes: each room lives again
    await allLive()
    const problems: string[] = []
    const gaps: number[] = []
    for (const [room, acts] of actsNow()) {
      for (let index = 1; index < acts.length; index++) {
        const [before, now] = [acts[index - 1]!, acts[index]!]
        if (now.serverId === before.serverId) continue
        gaps.push(now.atMs - before.atMs)
        // in order of time epochs grow, and no process acts again in an epoch that is over
        if (now.epoch <= before.epoch) problems.push(`${room}: epoch ${now.epoch} after ${before.epoch}`)
      }
    }
    gaps.sort((a, b) => a - b)
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
