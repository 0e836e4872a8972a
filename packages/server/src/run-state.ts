import { ServerError } from './errors.js'

/** Whether a server runs, and its way there and back: of those who start and stop it at once, each waits for the one before. */
export class RunState {
  #state: 'idle' | 'starting' | 'running' | 'stopping' = 'idle'
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** True from when `open` is done until `shutdown` is called. */
  get running(): boolean {
    return this.#state === 'running'
  }

  /**
   * Waits for a shutdown under way, and resolves when the server runs.
   * @param open what has to be done before it runs, where nothing has to, it runs at once; where it fails, nothing has begun, and
   * `run` may be called again
   * @param begin called as soon as it runs
   * @throws (as a rejection) ServerError `already_running`; what `open` throws
   */
  async run(open: () => Promise<void> | undefined, begin: () => void): Promise<void> {
    if (this.#state === 'stopping') await this.#stopping
    if (this.#state !== 'idle') throw new ServerError('already_running', 'the server runs already')
    this.#state = 'starting'
    this.#starting = this.#start(open, begin)
    await this.#starting
  }

  /** Waits for a `run` under way; then calls `stop` if the server runs, and resolves when nothing is left of it. */
  async shutdown(stop: () => Promise<void>): Promise<void> {
    // whether it could start is told to who called `run`
    if (this.#state === 'starting') await this.#starting?.catch(() => {})
    if (this.#state === 'running') this.#stopping = this.#stop(stop)
    await this.#stopping
  }

  async #start(open: () => Promise<void> | undefined, begin: () => void): Promise<void> {
    try {
      const opened = open()
      if (opened !== undefined) await opened
    } catch (error) {
      this.#state = 'idle'
      throw error
    }
    this.#state = 'running'
    begin()
  }

  async #stop(stop: () => Promise<void>): Promise<void> {
    this.#state = 'stopping'
    try {
      await stop()
    } finally {
      this.#state = 'idle'
    }
  }
}
