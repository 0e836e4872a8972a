import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const apps = fileURLToPath(new URL('../../apps/', import.meta.url))
/** For a machine that does other things too; nothing waits so long where all is well. */
const outputTimeoutMs = 30_000

/** A built program of an app with a page as a process of its own. */
export class Program {
  readonly process: ChildProcess
  readonly exitCode: Promise<number | null>
  #output = ''
  #onOutput: (() => void) | undefined

  /** @param name its folder in the app, as `server` */
  constructor(name: string, args: readonly string[] = [], environment: Record<string, string> = {}, app = 'demo') {
    this.process = spawn(process.execPath, [`${apps}${app}/dist/${name}/main.js`, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#onOutput?.()
      })
    }
    // of `close`, not of `exit`: then all that it has printed is there
    this.exitCode = new Promise((resolve) => this.process.once('close', resolve))
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output
  }

  /** Waits until it has printed what matches. @returns the match; rejects when it ends or too much time passes before */
  printed(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const give = (why: string): void => reject(new Error(`${why} before ${pattern}; it printed:\n${this.#output}`))
      const timer = setTimeout(() => give('nothing came'), outputTimeoutMs)
      const look = (): void => {
        const match = this.#output.match(pattern)
        if (match === null) return
        clearTimeout(timer)
        this.#onOutput = undefined
        resolve(match)
      }
      this.#onOutput = look
      look()
      void this.exitCode.then((code) => give(`it ended with ${code}`))
    })
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    this.process.kill('SIGINT')
  }

  /** Ends it if it still runs; resolves when it is gone. */
  async end(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.exitCode
  }
}

/** Starts the server of the demo, or of another app with a page, on a free port. */
export async function startDemo(
  environment: Record<string, string> = {},
  app = 'demo',
): Promise<{ program: Program; url: string }> {
  const program = new Program('server', [], { PORT: '0', HOST: '', BOTS: '', LOG_LEVEL: 'error', ...environment }, app)
  const [, url = ''] = await program.printed(/(http:\/\/\S+:\d+)/)
  return { program, url }
}
