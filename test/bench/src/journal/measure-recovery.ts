import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '@tygase/record'
import { MemoryJournal, simulate } from '@tygase/testkit'
import { median } from '../median.js'
import { HelperProcess } from '../net/helper-process.js'
import type { RecoveryQuestions } from './questions.js'
import { crowd } from './recovery-game.js'

export interface RecoveryFigures {
  /** Ticks that were made again. */
  readonly ticks: number
  /** From the call of `run` until the server listens, each in a fresh process. */
  readonly ms: number
  readonly longestMs: number
  /** Processor time meanwhile, with the threads of the compiler. */
  readonly cpuMs: number
}

const clients = 10
const seconds = 10
/** Time between two events of a client, in ms. */
const eventMs = 200

/** A room with 1,000 rows, of which ten seconds have to be made again. */
export async function measureRecovery(processes: number): Promise<RecoveryFigures> {
  const journal = await playCrowd()
  const times: number[] = []
  const cpuTimes: number[] = []
  let ticks = 0
  for (let number = 0; number < processes; number++) {
    const folder = mkdtempSync(join(tmpdir(), 'tygase-recovery-'))
    const helper = new HelperProcess<RecoveryQuestions>('recovery', new URL('./recovery-process.js', import.meta.url))
    try {
      await writeDown(journal, folder)
      const { ms, cpuMs, tick } = await helper.ask('recover', { folder })
      times.push(ms)
      cpuTimes.push(cpuMs)
      ticks = tick
    } finally {
      await helper.end()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return { ticks, ms: median(times), longestMs: Math.max(...times), cpuMs: median(cpuTimes) }
}

async function playCrowd(): Promise<MemoryJournal> {
  const journal = new MemoryJournal()
  const play = await simulate({
    define: (server) => server.define('crowd', crowd, { save: { journal, snapshotMs: 600_000 } }),
    clients: Array.from({ length: clients }, () => '/crowd/1'),
    seed: 1,
  })
  for (let ms = 0; ms < seconds * 1000; ms += eventMs) {
    for (const { connection } of play.clients) connection.dispatchEvent('push' as never)
    await play.step(eventMs)
  }
  play.serverProcess.crash()
  return journal
}

async function writeDown({ entries }: MemoryJournal, folder: string): Promise<void> {
  const journal = openJournal(folder)
  const silent = (): void => {}
  await journal.open({ debug: silent, info: silent, warn: silent, error: silent })
  for (const { room, kind, bytes } of entries) journal.append(room, kind, bytes)
  await journal.close()
}
