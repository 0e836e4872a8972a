import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { PassingPort } from './connections.js'
import type { GameServerOptions, ServerReport } from './game-server.js'

/** What the page can do to a server. */
export const actions = ['kill', 'pause', 'resume', 'cut', 'heal', 'drain', 'start'] as const
/** What the page can do to a server. */
export type Action = (typeof actions)[number]

/** How a server is. */
export type ServerStatus = 'starting' | 'up' | 'paused' | 'cut off' | 'draining' | 'down'

/** A server as the page shows it. */
export interface ServerView {
  readonly name: string
  readonly port: number
  readonly status: ServerStatus
  readonly serverId: string | undefined
  readonly mayAct: boolean
  readonly rooms: ServerReport['rooms']
  /** What can be done now. */
  readonly actions: readonly Action[]
}

const allowed: Readonly<Record<ServerStatus, readonly Action[]>> = {
  starting: ['kill'],
  up: ['kill', 'pause', 'cut', 'drain'],
  paused: ['kill', 'resume'],
  'cut off': ['kill', 'heal'],
  draining: ['kill'],
  down: ['start'],
}

/** A game server in a process of its own, to which the page does what may happen to one. */
export class HostedServer {
  readonly name: string
  readonly port: number
  readonly #program: string
  readonly #folder: string
  /** Between the server and NATS. */
  readonly #cable: PassingPort
  readonly #onChange: (what: string) => void
  #child: ChildProcess | undefined
  #report: ServerReport | undefined
  #isPaused = false
  #isDraining = false

  private constructor(name: string, port: number, cable: PassingPort, options: HostedServerOptions) {
    this.name = name
    this.port = port
    this.#cable = cable
    this.#program = options.program
    this.#folder = options.folder
    this.#onChange = options.onChange
  }

  static async start(name: string, port: number, options: HostedServerOptions): Promise<HostedServer> {
    const cable = await PassingPort.open(() => options.natsPort)
    const server = new HostedServer(name, port, cable, options)
    server.#fork()
    return server
  }

  get status(): ServerStatus {
    if (this.#child === undefined) return 'down'
    if (this.#isPaused) return 'paused'
    if (this.#isDraining) return 'draining'
    if (this.#cable.isCut) return 'cut off'
    return this.#report === undefined ? 'starting' : 'up'
  }

  get view(): ServerView {
    const { name, port, status } = this
    const { serverId, mayAct = false, rooms = [] } = this.#report ?? {}
    const isKnown = status === 'up' || status === 'draining' || status === 'cut off'
    return { name, port, status, serverId, mayAct: isKnown && mayAct, rooms, actions: allowed[status] }
  }

  /** @returns false if it cannot be done now */
  do(action: Action): boolean {
    if (!allowed[this.status].includes(action)) return false
    this.#onChange(`${action} ${this.name}`)
    switch (action) {
      case 'start':
        this.#fork()
        break
      case 'kill':
        this.#child?.kill('SIGKILL')
        break
      case 'drain':
        this.#isDraining = true
        this.#child?.kill('SIGTERM')
        break
      case 'pause':
      case 'resume':
        this.#isPaused = action === 'pause'
        this.#child?.kill(this.#isPaused ? 'SIGSTOP' : 'SIGCONT')
        break
      case 'cut':
        this.#cable.cut()
        break
      case 'heal':
        this.#cable.heal()
    }
    return true
  }

  /** Ends it at once. */
  async end(): Promise<void> {
    const child = this.#child
    if (child !== undefined) {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
    this.#cable.close()
  }

  #fork(): void {
    const options: GameServerOptions = { port: this.port, natsPort: this.#cable.port, folder: this.#folder }
    const child = fork(this.#program, ['server', JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    child.on('message', (report) => {
      if (this.#report === undefined) this.#onChange(`${this.name} is up`)
      // reason: the child runs the other half of this program
      this.#report = report as ServerReport
    })
    child.once('exit', (code, signal) => {
      this.#child = undefined
      this.#report = undefined
      this.#isPaused = false
      this.#isDraining = false
      this.#cable.heal()
      this.#onChange(`${this.name} has ended ${signal === null ? `with code ${code}` : `by ${signal}`}`)
    })
  }
}

/** What all servers have in common. */
export interface HostedServerOptions {
  /** The program, which runs a server if its first argument says so. */
  readonly program: string
  readonly natsPort: number
  /** Of the journal that they share. */
  readonly folder: string
  readonly onChange: (what: string) => void
}
