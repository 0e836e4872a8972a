import type { AnyGame } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'
import { type Room, type Server, ServerError } from '@tygase/server'
import type { EvaluatedModuleNode, ModuleRunner } from 'vite/module-runner'
import { misfitsOf, resetRoom } from './fit.js'
import { LoopbackListener } from './forward.js'
import type { Problem } from './problem.js'
import { RulesGraph } from './rules-graph.js'

export interface GameServerOptions {
  /** Loads modules as Vite does. */
  runner: ModuleRunner
  /** The file of the server, absolute, with `/` between. */
  entry: string
  /** The option `path` of `run`. */
  path: string | undefined
  /** Where people find the page, for the log. */
  url: () => string
  /** Called when a problem comes up, and with undefined when there is none any more. */
  onProblem: (problem: Problem | undefined) => void
  /** The server's own code has begun anew, and with it all rooms. */
  onRestart: () => void
}

/** How often new rooms are looked for, to hear of rules that fail in them. */
const lookMs = 1000
/** A server that begins anew does not wait for clients that are slow to read the news. */
const drainMs = 100

/**
 * The server of a game while the game is made, from a module that exports it. Other rules go on in the rooms that run. Other code
 * of the server begins it anew. Code that cannot be loaded changes nothing.
 */
export class GameServer {
  readonly #options: GameServerOptions
  readonly #graph: RulesGraph
  /** Files that have changed since all was loaded last. Those of an attempt that failed stay. */
  readonly #changed = new Set<string>()
  #server: Server | undefined
  #listener: LoopbackListener | undefined
  /** Games that rooms have gone on with, by the one before: a paused room does so with its next tick. */
  readonly #replaced = new Map<AnyGame, AnyGame>()
  /** By rules that the state of a room may not fit in: the last ones that it did fit in. */
  readonly #fitting = new Map<AnyGame, AnyGame>()
  readonly #watched = new WeakSet<Room>()
  #cancelLook = (): void => {}
  #problem: Problem | undefined
  #work: Promise<void> = Promise.resolve()

  constructor(options: GameServerOptions) {
    this.#options = options
    this.#graph = new RulesGraph(options.runner.evaluatedModules, options.entry)
  }

  /** The problem that there is now. */
  get problem(): Problem | undefined {
    return this.#problem
  }

  /** Resolves with the port of the game on this machine. Rejects if it does not run. */
  async port(): Promise<number> {
    await this.#work
    const port = this.#listener?.port
    if (port === undefined) throw new ServerError('not_running', 'the game does not run')
    return port
  }

  /** Loads the server and runs it. */
  start(): Promise<void> {
    this.#look()
    return this.#next(() => this.#restart([]))
  }

  /** A file has changed. One that is no part of the server changes nothing. */
  change(file: string): Promise<void> {
    return this.#next(async () => {
      const { evaluatedModules } = this.#options.runner
      this.#changed.add(file)
      // after a start that failed, any file may be the one that was mended
      if (this.#server === undefined) return this.#restart([...evaluatedModules.idToModuleMap.values()])
      const { isServer, rules, stale } = this.#graph.affectedBy(this.#changed)
      if (stale.length === 0) this.#changed.delete(file)
      else if (isServer) await this.#restart(stale)
      else await this.#replaceRules(rules, stale)
    })
  }

  /** Begins the games of all rooms anew, or the server itself if its rooms cannot go on. */
  reset(): Promise<void> {
    return this.#next(async () => {
      const server = this.#server
      if (server === undefined || this.#problem?.reset === 'server') {
        return this.#restart(this.#graph.affectedBy([this.#options.entry]).stale)
      }
      for (const room of server.rooms.values()) resetRoom(room, this.#gameOf(room))
      this.#fitting.clear()
      this.#tell(undefined)
    })
  }

  stop(): Promise<void> {
    this.#cancelLook()
    return this.#next(async () => this.#server?.shutdown({ endSessions: true, drainMs }))
  }

  /** One thing after the other. Never rejects: what is thrown is a problem. */
  #next(work: () => Promise<void> | void): Promise<void> {
    this.#work = this.#work
      .then(work)
      .catch((error) => this.#tell({ title: 'The game cannot go on so.', sentences: [], error }))
    return this.#work
  }

  async #restart(stale: readonly EvaluatedModuleNode[]): Promise<void> {
    const { runner, entry, path, url, onRestart } = this.#options
    const before = this.#server
    try {
      for (const node of stale) runner.evaluatedModules.invalidateModule(node)
      const server = serverOf(await runner.import(entry), entry)
      await before?.shutdown({ reason: 'the server has other code', endSessions: true, drainMs })
      this.#server = undefined
      const listener = new LoopbackListener(server, path, url())
      await server.run({ port: false, listeners: [listener], ...(path !== undefined && { path }) })
      this.#server = server
      this.#listener = listener
    } catch (error) {
      return this.#tell({ title: 'The server cannot be loaded.', sentences: [], error })
    }
    this.#changed.clear()
    this.#replaced.clear()
    this.#fitting.clear()
    this.#graph.begin()
    this.#tell(undefined)
    if (before !== undefined) onRestart()
  }

  async #replaceRules(rules: readonly EvaluatedModuleNode[], stale: readonly EvaluatedModuleNode[]): Promise<void> {
    const { runner } = this.#options
    try {
      for (const node of stale) runner.evaluatedModules.invalidateModule(node)
      for (const { url } of rules) await runner.import(url)
    } catch (error) {
      return this.#tell({ title: 'These rules cannot be loaded: the old ones go on.', sentences: [], error })
    }
    this.#changed.clear()
    this.#tell(undefined)
    this.#graph.update((game, next) => {
      try {
        this.#replaceGame(game, next)
        return true
      } catch (error) {
        this.#tell({
          title: 'The rooms cannot go on with these rules.',
          sentences: [sentenceOf(error)],
          reset: 'server',
        })
        return false
      }
    })
  }

  /** @throws ServerError, GameStateError `invalid_argument` as `replaceGame` of the server */
  #replaceGame(game: AnyGame, next: AnyGame): void {
    const server = this.#server!
    const rooms = [...server.rooms.values()].filter((room) => this.#gameOf(room) === game)
    // a state that lacks a part still lacks it when the rules are saved once more
    const fitting = this.#fitting.get(game) ?? game
    const misfits = new Set<string>()
    for (const room of rooms) {
      try {
        for (const sentence of misfitsOf(room, fitting, next)) misfits.add(sentence)
      } catch (error) {
        misfits.add(sentenceOf(error))
      }
    }
    server.replaceGame(game, next)
    this.#replaced.set(game, next)
    this.#fitting.delete(game)
    if (misfits.size === 0) return
    this.#fitting.set(next, fitting)
    this.#tell({ title: 'The state may not fit in the new rules.', sentences: [...misfits], reset: 'rooms' })
  }

  #gameOf(room: Room): AnyGame {
    let { game } = room.machine
    for (let next: AnyGame | undefined = game; next !== undefined; next = this.#replaced.get(game)) game = next
    return game
  }

  #look(): void {
    for (const room of this.#server?.rooms.values() ?? []) this.#watch(room)
    this.#cancelLook = systemClock.schedule(lookMs, () => this.#look())
  }

  #watch(room: Room): void {
    if (this.#watched.has(room)) return
    this.#watched.add(room)
    room.machine.onTick(({ failures }) => {
      const [failure] = failures
      // the first one says most, and those of the next ticks are mostly the same
      const known = this.#problem
      if (failure === undefined || known?.error !== undefined || known?.reset === 'server') return
      const { rule, error } = failure
      this.#tell({
        title: `The rule ${rule} fails.`,
        sentences: known?.sentences.filter((sentence) => !sentence.startsWith(rule)) ?? [],
        error,
        reset: 'rooms',
      })
    })
  }

  #tell(problem: Problem | undefined): void {
    if (problem === this.#problem) return
    this.#problem = problem
    this.#options.onProblem(problem)
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The server that a module exports. By its form: the module may have its own copy of the library. */
function serverOf(exports: unknown, entry: string): Server {
  const values = Object.values(exports as Readonly<Record<string, unknown>>)
  const server = values.find(
    (value) => typeof value === 'object' && value !== null && 'replaceGame' in value && 'run' in value,
  ) as Server | undefined
  if (server === undefined) {
    throw new ServerError('invalid_argument', `${entry} exports no server: export const server = new Server({ … })`)
  }
  if (server.running) {
    throw new ServerError(
      'already_running',
      `${entry} runs its server itself: call run in another file, which imports it`,
    )
  }
  return server
}
