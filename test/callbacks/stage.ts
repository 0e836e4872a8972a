import { type Connection, connect } from '@tygase/client'
import { type AnyGame, defineGame, type Logger } from '@tygase/gamestate'
import { type RoomOptions, type RunOptions, Server, type ServerOptions } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'

/** A line of the log. */
interface Line {
  readonly message: string
  readonly err: unknown
}

/** Parts of a play that a trial replaces. What it replaces may be wrong on purpose, so no type is checked. */
interface Parts {
  readonly game?: object
  readonly server?: object
  readonly connect?: object
  readonly run?: object
}

/** What a trial works with: a function that fails one way or the other, and a log. */
export class Stage {
  readonly error = new Error('a mistake of a user')
  readonly lines: Line[] = []
  readonly logger: Logger
  readonly #rejects: boolean
  readonly #ends: (() => Promise<unknown>)[] = []
  #isArmed = false

  constructor(rejects: boolean) {
    this.#rejects = rejects
    const note = (details: object, message: string): void => {
      this.lines.push({ message, err: (details as { err?: unknown }).err })
    }
    this.logger = { debug: note, info: note, warn: note, error: note }
  }

  /** The function of the user: throws, or returns a promise that rejects. */
  readonly fail = (): never => {
    if (!this.#rejects) throw this.error
    return Promise.reject(this.error) as never
  }

  /** A function that fails from `arm` on. */
  failsLater<Args extends readonly unknown[], Result>(usual: (...args: Args) => Result): (...args: Args) => Result {
    return (...args) => (this.#isArmed ? this.fail() : usual(...args))
  }

  arm(): void {
    this.#isArmed = true
  }

  disarm(): void {
    this.#isArmed = false
  }

  onEnd(end: () => Promise<unknown>): void {
    this.#ends.push(end)
  }

  async end(): Promise<void> {
    this.disarm()
    for (const end of this.#ends.splice(0).reverse()) await end()
  }

  /** True for the user's error, for an error that it caused, and for one that says that a promise was no answer. */
  isOwn(error: unknown): boolean {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      if (cause === this.error || /promise|asynchronous/.test(cause.message)) return true
    }
    return false
  }

  /** A server with one game, whose rule `ping` answers, and a client of it in the same process. */
  async play(parts: Parts = {}): Promise<{ server: Server<AnyGame>; connection: Connection<AnyGame> }> {
    const server = await this.serve(parts)
    const connection = await this.join(server, parts)
    return { server, connection }
  }

  async serve({ game = {}, server = {}, run = {} }: Parts = {}): Promise<Server<AnyGame>> {
    const options = { game: gameOf(game), logger: this.logger, storage: memoryStorage(), ...server }
    const made = new Server<AnyGame>(options as ServerOptions & RoomOptions<AnyGame> & { game: AnyGame })
    this.onEnd(() => made.shutdown({ endSessions: true, drainMs: 1 }))
    await made.run({ port: false, ...run } as RunOptions)
    return made
  }

  async join(server: Server<AnyGame>, { connect: options = {} }: Parts = {}): Promise<Connection<AnyGame>> {
    const open = connect as (server: unknown, options: object) => Promise<Connection<AnyGame>>
    const connection = await open(server, { timeoutMs: 60_000, logger: this.logger, ...options })
    this.onEnd(() => connection.disconnect())
    return connection
  }

  /** Waits until the log has a line of the user's error. */
  async logged(): Promise<void> {
    while (!this.lines.some(({ err }) => this.isOwn(err))) await turn()
  }
}

/** The game of a play. */
export function gameOf(parts: object): AnyGame {
  return defineGame({
    version: 1,
    initialState: () => ({ steps: 0, names: [] as string[] }),
    tickRate: 200,
    timeStep: (state: { steps: number }) => void state.steps++,
    events: (on: never) => ({ ping: (on as (rule: () => string) => unknown)(() => 'pong') }),
    serverEvents: { news: {} },
    ...parts,
  } as never) as AnyGame
}

/** The rest goes on: the client's next event is answered by its rule. */
export async function answers(connection: Connection<AnyGame>): Promise<void> {
  const answer = await (connection.request as (name: string, data?: unknown, options?: object) => Promise<unknown>)(
    'ping',
    undefined,
    { timeoutMs: 60_000 },
  )
  if (answer !== 'pong') throw new Error(`the rule answered ${String(answer)}`)
}

/** One turn of the event loop, timers and promises included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A way to make the library call a function of a user that fails. */
export interface Trial {
  /** The line that names the function; undefined: the failure comes back to the caller, and `run` rejects with it. */
  readonly logged?: RegExp
  run(stage: Stage): Promise<unknown>
}

/** Calls the function in a play, and then asks whether the rest goes on. */
export function inPlay(
  logged: RegExp,
  parts: (stage: Stage) => Parts,
  act: (play: { server: Server<AnyGame>; connection: Connection<AnyGame>; stage: Stage }) => unknown = () => {},
): Trial {
  return {
    logged,
    run: async (stage) => {
      const { server, connection } = await stage.play(parts(stage))
      stage.arm()
      await act({ server, connection, stage })
      await stage.logged()
      stage.disarm()
      await answers(connection)
    },
  }
}

export function toCaller(run: (stage: Stage) => unknown): Trial {
  return { run: async (stage) => run(stage) }
}
