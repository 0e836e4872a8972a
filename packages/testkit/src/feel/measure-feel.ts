import type { Connection, ConnectOptions } from '@tygase/client'
import { type AnyGame, type Clock, createRandom, type Immutable, type StateOf } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import type { RoomOptions, Server, ServerOptions } from '@tygase/server'
import { SimulationError } from '../errors.js'
import type { Link } from '../line.js'
import { links } from '../links.js'
import { checkGame, checkOptions, type Kind } from '../options.js'
import { checkWholeNumbers, repeatCommand, seedOfRun } from '../run.js'
import type { OwnOptions } from '../simulated-client.js'
import { Simulation } from '../simulation.js'
import type { EffectLine, FeelLine, HitLine, Point, PressLine, ShotLine } from './feel-log.js'
import { type FeelReport, scoreFeel } from './score-feel.js'

type Timeless<Line> = Line extends FeelLine ? Omit<Line, 'atMs'> : never

/** A line that the code of a player writes; its time is now. */
export type FeelNote = Timeless<PressLine | ShotLine | HitLine | EffectLine>

/** The rows that a player looks at, by id. The own row has the client's id. */
export type FeelRows = Readonly<Record<string, Point>>

/** What a frame shows. A place is a number of ticks with a fraction; without it the scorer fits the place. */
export interface Drawing {
  /** Where the rows are drawn. */
  readonly rows: FeelRows
  /** Where on the axis of ticks the own row is drawn. */
  readonly ownPlace?: number
  /** Where on the axis of ticks the other rows are drawn. */
  readonly othersPlace?: number
  /** Time that the process worked for this frame, if the caller has measured it. */
  readonly cpuMs?: number
}

/** Options of a measurement of how play feels. */
export interface FeelOptions<G extends AnyGame> {
  /** The rules. */
  game: G
  /** The places of the rows that move in a state: of the server, and of what is drawn. */
  rows: (state: Immutable<StateOf<G>>) => FeelRows
  /** Acts for the player, once it has joined: schedules presses with `player.clock`. */
  play: (player: FeelPlayer<G>) => void
  /** Called for each frame. Default: the `rows` of `connection.scene()`. */
  drawn?: (connection: Connection<G>) => Drawing
  /** In units per second, from 0. A row that is drawn farther than this allows has snapped. */
  topSpeed: number
  /** The network of the player. Default `links.wifi`. */
  link?: Link
  /** Length of the measured play, from 1. Default 20. */
  seconds?: number
  /** Frames per second, from 1 to 1,000. Default 60. */
  fps?: number
  /** A whole number from 0. The same seed gives the same report. Default: the seed of the run, see `seedOfRun`. */
  seed?: number
  /** Options of `connect`, for example `predict`. It has the game. */
  client?: Omit<ConnectOptions<G>, OwnOptions | 'game'>
  /** Options of the server and of its room. */
  server?: Omit<ServerOptions & RoomOptions<G>, OwnOptions>
  /** Names for the report. Default `''`. */
  system?: string
  /** The game or the part of it that is played. */
  scene?: string
  /** The name of `link`. */
  linkName?: string
  /** Called with each line of the log. */
  onLine?: (line: FeelLine) => void
}

const optionKinds = {
  ...{ game: 'object', rows: 'function', play: 'function', drawn: 'function', topSpeed: 'number', link: 'link' },
  ...{ seconds: 'number', fps: 'number', seed: 'number', client: 'object', server: 'object', onLine: 'function' },
  ...{ system: 'string', scene: 'string', linkName: 'string' },
} as const satisfies Record<keyof FeelOptions<AnyGame>, Kind>

/** Frames of this time after the join are not scored: clocks and delays are not known yet. */
const warmUpMs = 3000
/** Time after the last frame, so that the versions of the last predicted places are there. */
const afterMs = 2000
/** The stream of random numbers for a player's decisions. */
const playerStream = 5

/**
 * Plays a game as one client over a bad network, in virtual time, and says how it felt: how fast a press shows, how far from
 * the truth rows are drawn, and how evenly.
 * @returns the report of `scoreFeel`
 * @throws as a rejection: SimulationError `invalid_argument`; the finding of a checker; errors of `rows`, `play`, `drawn` and
 * `onLine`
 */
export async function measureFeel<G extends AnyGame>(options: FeelOptions<G>): Promise<FeelReport> {
  checkOptions('measureFeel', options, optionKinds)
  checkGame('the option game of measureFeel', options.game)
  const { rows, play, topSpeed, seed = seedOfRun(), fps = 60, seconds = 20 } = options
  const isWhole = typeof rows === 'function' && typeof play === 'function' && topSpeed >= 0 && seconds >= 1
  if (!isWhole) {
    const needed = 'measureFeel takes the functions rows and play, topSpeed from 0, and seconds from 1'
    throw new SimulationError('invalid_argument', needed)
  }
  checkWholeNumbers({ seed })
  checkWholeNumbers({ fps }, 1)
  const command = repeatCommand(new Error().stack)
  const { game, link = links.wifi, client, server } = options
  const parts = { client: (client ?? {}) as ConnectOptions, ...(server && { server }) }
  const simulation = new Simulation<G>({ game, link, ...parts }, seed, command)
  await simulation.begin(['/'])
  return new Measurement(simulation, options, fps, seconds).run()
}

/** The player of a measurement: a client, its hands and its ears. */
export class FeelPlayer<G extends AnyGame> {
  /** Of the measured client. */
  readonly connection: Connection<G>
  /** The server that it plays at. */
  readonly server: Server<G>
  /** Virtual time: schedule presses here. */
  readonly clock: Clock
  /** Numbers from 0 to below 1, seeded. */
  readonly random: () => number
  /** Writes a line into the log, with the time of now. Note a press just before its event is dispatched. */
  readonly note: (line: FeelNote) => void
  /** Stops the network of the player, without a close, for so many ms. */
  readonly stall: (ms: number) => void

  /** For `measureFeel`. */
  constructor(simulation: Simulation<G>, log: (line: FeelLine) => void) {
    const player = simulation.clients[0]!
    this.connection = player.connection
    this.server = simulation.server
    this.clock = simulation.clock
    this.random = createRandom(simulation.seed, playerStream)
    this.note = (line) => log({ ...line, atMs: simulation.nowMs } as FeelLine)
    this.stall = (ms) => {
      player.cut({ silent: true })
      this.clock.schedule(ms, () => {
        player.heal()
        log({ kind: 'stall', atMs: simulation.nowMs })
      })
    }
  }
}

type CountName = 'eventsOut' | 'bytesOut' | 'bytesIn' | 'corrections' | 'rebases' | 'lateEvents'

class Measurement<G extends AnyGame> {
  readonly #simulation: Simulation<G>
  readonly #options: FeelOptions<G>
  readonly #fps: number
  readonly #seconds: number
  readonly #lines: FeelLine[] = []

  constructor(simulation: Simulation<G>, options: FeelOptions<G>, fps: number, seconds: number) {
    this.#simulation = simulation
    this.#options = options
    this.#fps = fps
    this.#seconds = seconds
  }

  async run(): Promise<FeelReport> {
    const simulation = this.#simulation
    const { play, topSpeed, system = '', scene = '', linkName = '' } = this.#options
    const fromMs = simulation.nowMs + warmUpMs
    const { connection } = simulation.clients[0]!
    this.#log({
      ...{ kind: 'settings', system, scene, link: linkName, topSpeed, fromMs },
      ...{ tickRate: connection.tickRate, fps: this.#fps },
    })
    let failure: { error: unknown } | undefined
    const attempt = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        failure ??= { error }
      }
    }
    const off = simulation.server.store.subscribe((state, tick) =>
      attempt(() => {
        this.#log({ kind: 'truth', atMs: simulation.nowMs, tick, rows: this.#rowsOf(state as Immutable<StateOf<G>>) })
      }),
    )
    let isDrawing = true
    const note = (line: FeelLine): void => {
      // a shot without a frame is aimed at nothing
      if (isDrawing || (line.kind !== 'press' && line.kind !== 'shot')) this.#log(line)
    }
    attempt(() => atOnce('play', play(new FeelPlayer(simulation, note))))
    const frames = Math.round((warmUpMs / 1000 + this.#seconds) * this.#fps)
    const startMs = simulation.nowMs
    let before = this.#countsNow()
    let beforeMs = startMs
    for (let frame = 1; frame <= frames && failure === undefined; frame++) {
      await simulation.step(Math.max(0, startMs + (frame * 1000) / this.#fps - simulation.nowMs))
      attempt(() => this.#draw(connection))
      if (simulation.nowMs > fromMs && beforeMs === startMs) {
        before = this.#countsNow()
        beforeMs = simulation.nowMs
      }
    }
    isDrawing = false
    this.#count(before, (simulation.nowMs - beforeMs) / 1000)
    await simulation.step(afterMs)
    off()
    if (failure !== undefined) throw failure.error
    return scoreFeel(this.#lines)
  }

  #draw(connection: Connection<G>): void {
    const { drawn = (shown: Connection<G>): Drawing => ({ rows: this.#rowsOf(shown.scene()) }) } = this.#options
    const { rows, ...rest } = atOnce('drawn', drawn(connection))
    const { [connection.clientId]: own, ...others } = rows
    const id = connection.clientId
    this.#log({ kind: 'frame', atMs: this.#simulation.nowMs, id, ...(own && { own }), others, ...rest })
  }

  #rowsOf(state: Immutable<StateOf<G>>): FeelRows {
    return atOnce('rows', this.#options.rows(state))
  }

  #countsNow() {
    const { connection } = this.#simulation.clients[0]!
    const { eventsOut, bytesOut, bytesIn } = connection.stats
    const { corrections, rebases, lateEvents } = connection.feel
    return { eventsOut, bytesOut, bytesIn, corrections, rebases, lateEvents }
  }

  #count(before: Record<CountName, number>, seconds: number): void {
    const now = this.#countsNow()
    const since = (name: CountName): number => now[name] - before[name]
    this.#log({
      ...{ kind: 'counts', atMs: this.#simulation.nowMs },
      ...(this.#options.client?.predict !== undefined && {
        stampedEvents: since('eventsOut'),
        lateEvents: since('lateEvents'),
        rebases: since('rebases'),
        corrections: since('corrections'),
      }),
      upBytesPerSecond: since('bytesOut') / seconds,
      downBytesPerSecond: since('bytesIn') / seconds,
    })
  }

  #log(line: FeelLine): void {
    this.#lines.push(line)
    atOnce('onLine', this.#options.onLine?.(line))
  }
}
