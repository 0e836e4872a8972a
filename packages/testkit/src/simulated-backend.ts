import type { AnyGame, GameStateMachine, GameStateStore, StateOf } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import type { SimulatedWorld } from './simulated-world.js'

export interface BackendParts<G extends AnyGame> {
  /** Begins another life of the process. @param index how many there were before */
  makeWorld(index: number): SimulatedWorld<G>
  /** Tells the network that the process has died. */
  onCrash(): void
  onStart: ((backend: SimulatedBackend<G>) => void) | undefined
  /** Lets time pass. */
  step(ms: number): Promise<void>
}

export interface RestartOptions {
  /** How long it is away, in virtual time. Default 0. */
  downMs?: number
  /** For people at the clients. */
  reason?: string
}

/** The server's side of a simulation: a real store, machine and server in a process of their own. */
export class SimulatedBackend<G extends AnyGame> {
  readonly #parts: BackendParts<G>
  readonly #worlds: SimulatedWorld<G>[] = []

  constructor(parts: BackendParts<G>) {
    this.#parts = parts
    this.#worlds.push(parts.makeWorld(0))
  }

  /** Of the process that runs, or has crashed last; as the two below. */
  get store(): GameStateStore<StateOf<G>> {
    return this.world.store
  }

  get machine(): GameStateMachine<G> {
    return this.world.machine
  }

  get server(): Server<G> {
    return this.world.server
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
    return this.world.clientIds.has(clientId)
  }

  /** For the simulation. */
  get world(): SimulatedWorld<G> {
    return this.#worlds.at(-1)!
  }

  /** For the simulation: where a session began. */
  worldOf(clientId: string): SimulatedWorld<G> {
    return this.#worlds.findLast((world) => world.clientIds.has(clientId)) ?? this.world
  }

  /** For the simulation: how many versions of replicas were held against those of the server. */
  get comparedVersions(): number {
    return this.#worlds.reduce((sum, { history }) => sum + history.compared, 0)
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
   * starts a new process instead. One that is paused goes on first. Moves time by `downMs`.
   */
  async restart({ downMs = 0, reason }: RestartOptions = {}): Promise<void> {
    if (this.hasCrashed) {
      await this.#parts.step(downMs)
      this.#worlds.push(this.#parts.makeWorld(this.#worlds.length))
      return this.start()
    }
    this.resume()
    // what piled up before it was there first
    await this.#parts.step(0)
    await this.server.shutdown(reason === undefined ? {} : { reason })
    await this.#parts.step(downMs)
    await this.server.run({ port: false })
  }

  /** For the simulation: a process that is new begins to serve. */
  async start(): Promise<void> {
    this.#parts.onStart?.(this)
    await this.server.run({ port: false })
  }
}
