import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programPath, programs } from '../../scripts/programs.mjs'

const run = promisify(execFile)

/** For a busy machine: usually no step waits so long. */
const waitTimeoutMs = 120_000
const lookAgainMs = 50

/** Waits until `look` gives a value. @throws Error with `why` after too much time */
export async function eventually<T>(look: () => Promise<T | undefined>, why: () => string): Promise<T> {
  const untilMs = performance.now() + waitTimeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > untilMs) throw new Error(why())
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}

/** A tmux for one test: separate from any that runs already, and it ends all programs that it has started. */
export class Tmux {
  /** For files that programs of the test write. */
  readonly folder = mkdtempSync(join(tmpdir(), 'tygase-terminal-'))
  readonly #program: string
  #panes = 0

  private constructor(program: string) {
    this.#program = program
  }

  static async open(): Promise<Tmux> {
    return new Tmux(await programPath(programs.tmux))
  }

  /** Runs a program of Node in a terminal of its own. */
  async start(program: string, args: readonly string[]): Promise<Pane> {
    const name = `pane-${++this.#panes}`
    const words = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    const size = ['-x', '120', '-y', '50']
    await this.call('new-session', '-d', '-s', name, ...size, '-c', this.folder, `exec ${words.join(' ')}`)
    return new Pane(this, name)
  }

  /** Ends all programs. */
  async close(): Promise<void> {
    if (this.#panes > 0) await this.call('kill-server').catch(() => {})
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A command of tmux. @returns what it prints */
  async call(...args: readonly string[]): Promise<string> {
    // a terminal has colours, whatever the tests are told about theirs; and this is no tmux within another
    const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, TMUX: _tmux, ...env } = process.env
    const own = ['-u', '-S', join(this.folder, 'tmux'), '-f', '/dev/null']
    // what a program has printed last can still be read when it has ended
    const setting = args[0] === 'new-session' ? ['start-server', ';', 'set', '-g', 'remain-on-exit', 'on', ';'] : []
    const { stdout } = await run(this.#program, [...own, ...setting, ...args], { env })
    return stdout
  }
}

/** A terminal with one program in it. */
export class Pane {
  readonly #tmux: Tmux
  readonly #name: string

  constructor(tmux: Tmux, name: string) {
    this.#tmux = tmux
    this.#name = name
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    await this.keys(line)
    await this.press('Enter')
  }

  /** Types without Enter. */
  async keys(text: string): Promise<void> {
    await this.#tmux.call('send-keys', '-t', this.#name, '-l', text)
  }

  /** Presses a key by its name: `Up`, `C-c`. */
  async press(key: string): Promise<void> {
    await this.#tmux.call('send-keys', '-t', this.#name, key)
  }

  /** What is to be read, with what has gone out of sight above; lines that were too long are whole. */
  async text(options: readonly string[] = []): Promise<string> {
    const shown = await this.#tmux.call('capture-pane', '-p', '-J', '-S', '-', ...options, '-t', this.#name)
    return shown.replace(/[ \n]+$/gm, '')
  }

  /** Waits until what matches can be read. @returns the match */
  async shows(pattern: RegExp): Promise<RegExpMatchArray> {
    let text = ''
    return eventually(
      async () => {
        text = await this.text()
        return text.match(pattern) ?? undefined
      },
      () => `${pattern} does not come; there is:\n${text}`,
    )
  }

  /** Kills the program as a crash would. */
  async kill(): Promise<void> {
    process.kill(Number(await this.#ask('#{pane_pid}')), 'SIGKILL')
    await this.#isDead()
  }

  /** Waits until the program has ended. @returns its exit code */
  async exitCode(): Promise<number> {
    await this.#isDead()
    return Number(await this.#ask('#{pane_dead_status}'))
  }

  async #isDead(): Promise<void> {
    await eventually(
      async () => ((await this.#ask('#{pane_dead}')) === '1' ? true : undefined),
      () => `${this.#name} does not end`,
    )
  }

  async #ask(format: string): Promise<string> {
    return (await this.#tmux.call('display-message', '-p', '-t', this.#name, format)).trim()
  }
}
