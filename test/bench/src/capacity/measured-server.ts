import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const msPerTick = 10
const sampleMs = 250
/** Longer than a server takes to listen on a busy machine. */
const startMs = 30_000

/** A server program in a process of its own, with its processor time. Linux alone says what a process uses. */
export class MeasuredServer {
  readonly #process: ChildProcess
  readonly #samples: { readonly atMs: number; readonly cpuMs: number }[] = []
  readonly #timer: NodeJS.Timeout
  /** The memory that it held before the first client. */
  readonly #idleBytes: number
  readonly port: number

  /** @param program that takes `PORT` and `BOTS`, and prints its address */
  static async start(program: string, folder: string): Promise<MeasuredServer> {
    const child = spawn(process.execPath, [program], {
      cwd: folder,
      env: { ...process.env, PORT: '0', BOTS: '0', LOG_LEVEL: 'warn', NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const port = await new Promise<number>((resolve, reject) => {
      let said = ''
      const timer = setTimeout(() => reject(new Error(`${program} does not listen: ${said}`)), startMs)
      child.once('exit', () => reject(new Error(`${program} has ended: ${said}`)))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const [, found] = /http:\/\/\S+:(\d+)/.exec(said) ?? []
        if (found === undefined) return
        clearTimeout(timer)
        resolve(Number(found))
      })
    })
    return new MeasuredServer(child, port)
  }

  private constructor(child: ChildProcess, port: number) {
    this.#process = child
    this.port = port
    this.#idleBytes = this.#heldBytes()
    this.#timer = setInterval(() => this.#samples.push({ atMs: performance.now(), cpuMs: this.#cpuMs() }), sampleMs)
  }

  /** Memory beyond that of the begin, in bytes. */
  grownBytes(): number {
    return this.#heldBytes() - this.#idleBytes
  }

  /** @returns processors in use between two moments of `performance.now()`, 1 for a whole one */
  processorsBetween(fromMs: number, toMs: number): number {
    const within = this.#samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    const [first, last] = [within[0], within.at(-1)]
    if (first === undefined || last === undefined || first === last) return Number.NaN
    return (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs)
  }

  /** @returns once the process has gone */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
  }

  #cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8')
    // the name of the program is in brackets and may hold spaces
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * msPerTick
  }

  #heldBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }
}
