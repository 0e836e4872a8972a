import type { World } from './world.js'

export interface BackendParts<W extends World> {
  /** Begins another life of the process. @param index how many there were before */
  makeWorld(index: number): W
  /** Tells the network that the process has died. */
  onCrash(): void
  /** Lets time pass. */
  step(ms: number): Promise<void>
  /** Lets time pass until `promise` is settled. */
  complete<T>(promise: Promise<T>): Promise<T>
}

export interface RestartOptions {
  /** How long it is away, in virtual time. Default 0. */
  downMs?: number
  /** For people at the clients. */
  reason?: string
}

/** The server's side of a simulation: a real server in a process of its own, which can stand still, die and begin anew. */
export class BaseBackend<W extends World> {
  readonly #parts: BackendParts<W>
  readonly #onStart: () => void
  readonly #worlds: W[] = []

  /** @param onStart called with each process before it serves */
  constructor(parts: BackendParts<W>, onStart: () => void) {
    this.#parts = parts
    this.#onStart = onStart
    this.#worlds.push(parts.makeWorld(0))
  }

  get isPaused(): boolean {
    return this.world.process.isPaused
  }

  /** Whether there is no process: it has crashed and has not been started again. */
  get hasCrashed(): boolean {
    return this.world.process.hasCrashed
  }

  /** Whether the process of now has ever had a session of this client; those of a process that has crashed are lost. */
  hasMet(clientId: string): boolean {
    return this.world.hasMet(clientId)
  }

  /** For the simulation: the process that runs, or has crashed last. */
  get world(): W {
    return this.#worlds.at(-1)!
  }

  /** For the simulation: where a session began. */
  worldOf(clientId: string): W {
    return this.#worlds.findLast((world) => world.hasMet(clientId)) ?? this.world
  }

  /** Its process stands still: packets pile up before it. */
  pause(): void {
    this.world.process.pause()
  }

  /** It goes on, and does what has fallen due. */
  resume(): void {
    this.world.process.resume()
  }

  /**
   * Its process dies without a word of its own, and with it state and sessions. Its system closes what was open, which
   * only a reliable link tells. `restart` starts a new process, which begins a new world under the same address.
   */
  crash(): void {
    this.world.crash()
    this.#parts.onCrash()
  }

  /**
   * Shuts the server down and runs the same one again, so that sessions within their grace time resume; after `crash` it
   * starts a new process instead. One that is paused goes on first. Moves time by `downMs`, and by what shutting down takes.
   */
  async restart({ downMs = 0, reason }: RestartOptions = {}): Promise<void> {
    const { step, complete, makeWorld } = this.#parts
    if (this.hasCrashed) {
      await step(downMs)
      this.#worlds.push(makeWorld(this.#worlds.length))
      return this.start()
    }
    this.resume()
    // what piled up before it was there first
    await step(0)
    await complete(this.world.shutdown(reason === undefined ? {} : { reason }))
    await step(downMs)
    await complete(this.world.serve())
  }

  /** For the simulation: a process that is new begins to serve. */
  async start(): Promise<void> {
    this.#onStart()
    await this.#parts.complete(this.world.serve())
  }
}
