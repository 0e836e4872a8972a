import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { CuttingProxy } from './cutting-proxy.js'

/** A process that is started anew whenever it ends. */
export class RestartedWorker {
  /** Between it and the engine. */
  readonly proxy: CuttingProxy
  /** Its lines: each moment in which it might act for a room. */
  readonly file: string
  readonly #program: string
  readonly #args: string[]
  #child: ChildProcess | undefined
  #isOver = false
  /** How often it has ended because others had taken it for dead. */
  ends = 0

  constructor(program: string, args: readonly unknown[], own: { readonly proxy: CuttingProxy; readonly file: string }) {
    this.#program = program
    this.#args = args.map(String)
    this.proxy = own.proxy
    this.file = own.file
    this.start()
  }

  start(): void {
    const child = fork(this.#program, this.#args, { stdio: 'inherit', execArgv: [] })
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

/** A moment in which a process might act for a room. */
export interface Act {
  readonly epoch: number
  readonly serverId: string
  readonly atMs: number
}

/** All of them, by room, in the order of time. */
export function readActs(files: readonly string[]): Map<string, Act[]> {
  const acts = new Map<string, Act[]>()
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

/** What must not be, and the times in ms for which no process acted when a room changed hands, shortest first. */
export function overlapsOf(acts: ReadonlyMap<string, readonly Act[]>): { problems: string[]; gaps: number[] } {
  const problems: string[] = []
  const gaps: number[] = []
  for (const [room, ofRoom] of acts) {
    for (let index = 1; index < ofRoom.length; index++) {
      const [before, now] = [ofRoom[index - 1]!, ofRoom[index]!]
      if (now.serverId === before.serverId) continue
      gaps.push(now.atMs - before.atMs)
      // in order of time epochs grow, and no process acts again in an epoch that is over
      if (now.epoch <= before.epoch) problems.push(`${room}: epoch ${now.epoch} after ${before.epoch}`)
    }
  }
  return { problems, gaps: gaps.sort((a, b) => a - b) }
}
