import { ServerError } from './errors.js'

/** The way of a server from idle to running and back. Calls that overlap wait for the one before. */
export class RunState {
  #state: 'idle' | 'starting' | 'running' | 'stopping' = 'idle'
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** True from the end of `open` until `shutdown` is called. */
  get running(): boolean {
    return this.#state === 'running'
  }

  /**
   * Waits for a shutdown under way, and resolves when the server runs.
   * @param open prepares the server. If it returns no promise, the server runs at once. If it fails, the server stays
   * stopped, and `run` may be called again
   * @param begin called as soon as the server runs
   * @throws (as a rejection) ServerError `already_running`; the error of `open`
   */
  async run(open: () => Promise<void> | undefined, begin: () => void): Promise<void> {
    if (this.#state === 'stopping') await this.#stopping
    if (this.#state !== 'idle') throw new ServerError('already_running', 'the server runs already')
    this.#state = 'starting'
    this.#starting = this.#start(open, begin)
    await this.#starting
  }

  /** Waits for a `run` under way; then calls `stop` if the server runs, and resolves at the end of it. */
  async shutdown(stop: () => Promise<void>): Promise<void> {
    // the caller of `run` gets its error
    if (this.#state === 'starting') await this.#starting?.catch(() => {})
    if (this.#state === 'running') this.#stopping = this.#stop(stop)
    await this.#stopping
  }

  async #start(open: () => Promise<void> | undefined, begin: () => void): Promise<void> {
    try {
      const opening = open()
      if (opening !== undefined) await opening
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
