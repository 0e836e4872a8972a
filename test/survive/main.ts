// `npm run survive`: kills servers under clients that play, replaces others, and looks for what was lost or doubled.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createRandom } from '@tygase/gamestate'
import type { Activity } from './shopper.js'
import { Survival } from './survival.js'

const help = `npm run survive -- [--kills N] [--deploys N] [--durable process|disk] [--seed S]

kills    servers that are killed with kill -9 under 30 clients in 3 rooms; 50 by default
deploys  servers that are replaced under 200 clients in 3 rooms; 20 by default`

const program = fileURLToPath(new URL('./server-process.mjs', import.meta.url))

interface Plan {
  readonly durable: 'process' | 'disk'
  readonly clients: number
  readonly activity: Activity
  readonly seed: number
}

/** Of 30 clients. */
const heavy: Activity = { buyEveryMs: 100, sayEveryMs: 500 }
/** Of 200 clients, which share two processors with their servers: what each says reaches 66 others. */
const usual: Activity = { buyEveryMs: 500, sayEveryMs: 10_000 }

/** Plays, and does something to the server again and again. @returns true if nothing went wrong */
async function play(
  { durable, clients, activity, seed }: Plan,
  act: (survival: Survival, pause: () => Promise<unknown>) => Promise<string>,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-survive-'))
  const random = createRandom(seed)
  const survival = await Survival.begin({ program, folder, durable, rooms: 3, clients, activity })
  try {
    const figures = await act(survival, () => sleep(200 + random() * 800))
    const faults = await survival.check()
    const journalKb = (survival.journalBytes / 1024).toFixed(0)
    console.log(
      `${figures}; ${survival.acked} events acked, ${survival.lost} reported as lost, journal of ${journalKb} kB`,
    )
    for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`)
    console.log(
      faults.length === 0 ? 'no acked event lost, none doubled, all clients still there' : `${faults.length} faults`,
    )
    return faults.length === 0
  } finally {
    await survival.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0)
  return `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, longest ${at(1)} ms`
}

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { kills: text, deploys: text, durable: text, seed: text, help: { type: 'boolean' } },
})
const durable = values.durable === 'disk' ? 'disk' : 'process'
const seed = Number(values.seed ?? crypto.getRandomValues(new Uint16Array(1))[0])
const [kills, deploys] = [Number(values.kills ?? 50), Number(values.deploys ?? 20)]

if (values.help) console.log(help)
else {
  console.log(`durable: ${durable}, --seed ${seed}`)
  if (kills > 0) {
    const isWell = await play({ durable, clients: 30, activity: heavy, seed }, async (survival, pause) => {
      const times: number[] = []
      for (let kill = 0; kill < kills; kill++) {
        await pause()
        const { loadedMs, listensMs, clientsMs } = await survival.kill()
        times.push(...clientsMs)
        const server = `program loaded after ${loadedMs.toFixed(0)} ms, listens ${(listensMs - loadedMs).toFixed(0)} ms later`
        console.log(`kill ${kill + 1}: ${server}; play goes on after ${quantiles(clientsMs)}`)
      }
      return `${kills} kills with 30 clients: play goes on after ${quantiles(times)}`
    })
    if (!isWell) process.exitCode = 1
  }
  if (deploys > 0) {
    const isWell = await play({ durable, clients: 200, activity: usual, seed }, async (survival, pause) => {
      const gaps: number[] = []
      for (let deploy = 0; deploy < deploys; deploy++) {
        await pause()
        const gap = await survival.deploy()
        gaps.push(gap)
        console.log(`deploy ${deploy + 1}: longest gap ${gap.toFixed(0)} ms`)
      }
      return `${deploys} deploys with 200 clients: longest gap between two versions ${quantiles(gaps)}`
    })
    if (!isWell) process.exitCode = 1
  }
}
