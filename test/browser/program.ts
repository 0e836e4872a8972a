import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const apps = fileURLToPath(new URL('../../apps/', import.meta.url))
/** For a machine that does other things too; nothing waits so long where all is well. */
const outputTimeoutMs = 120_000

/** A program as a process of its own. */
export class RunningProcess {
  readonly process: ChildProcess
  readonly exitCode: Promise<number | null>
  readonly #hasGroup: boolean
  #output = ''
  #onOutput: (() => void) | undefined

  /**
   * @param environment beside that of this process; what is undefined is taken away
   * @param options the folder that it works in, its user, and whether the programs that it starts end with it (`detached`)
   */
  constructor(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>> = {},
    options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid' | 'detached'> = {},
  ) {
    const env = { ...process.env, ...environment }
    this.process = spawn(command, args, { ...options, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#hasGroup = options.detached === true
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
    const { pid, exitCode, signalCode } = this.process
    const isOver = exitCode !== null || signalCode !== null
    if (this.#hasGroup && pid !== undefined && !isOver) process.kill(-pid, 'SIGKILL')
    else this.process.kill('SIGKILL')
    await this.exitCode
  }
}

/** A built program of an app with a page. */
export class Program extends RunningProcess {
  /** @param name its folder in the app, as `server` */
  constructor(name: string, args: readonly string[] = [], environment: Record<string, string> = {}, app = 'demo') {
    super(process.execPath, [`${apps}${app}/dist/${name}/main.js`, ...args], environment)
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
