import type { Clock, Logger } from '@tygase/gamestate'
import {
  createRandom,
  faultOfOptions,
  guardedClock,
  type LoggerOption,
  type OptionRow,
  silentLogger,
  toLogger,
} from '@tygase/gamestate/internal'
import type { Engine } from '../engine.js'
import { ClusterError } from '../errors.js'
import { Hub, type HubLink } from '../hub/hub.js'
import { HubEngine } from '../hub/hub-engine.js'
import { isOrdered, type ToEngine, type ToHub } from '../hub/messages.js'

/** Options of a network in memory. */
export interface MemoryNetworkOptions {
  /** Moves the messages: a virtual clock, mostly. */
  clock: Clock
  /** Of all that is random: the same seed and calls give the same run. Default 0. */
  seed?: number
  /** Shortest time that a message takes to the service, or from there, in ms. Default 0. */
  minDelayMs?: number
  /** Longest such time, in ms. Default 2. */
  maxDelayMs?: number
  /** Share of messages, requests, calls of records and their answers that get lost, from 0 to 1. Default 0. */
  loss?: number
  /** Time until an engine notices that it is cut off, in ms. Default 100. */
  noticeMs?: number
}

/** The options of `new MemoryNetwork`. */
export const memoryNetworkOptionRows: readonly OptionRow[] = [
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Moves the messages: a virtual clock, mostly.' },
  {
    name: 'seed',
    default: 0,
    unit: '',
    min: 0,
    meaning: 'Of all that is random: the same seed and calls give the same run.',
  },
  {
    name: 'minDelayMs',
    default: 0,
    unit: 'ms',
    min: 0,
    meaning: 'Shortest time that a message takes to the service, or from there.',
  },
  { name: 'maxDelayMs', default: 2, unit: 'ms', min: 0, meaning: 'Longest such time.' },
  {
    name: 'loss',
    default: 0,
    unit: 'share',
    min: 0,
    max: 1,
    meaning: 'Share of messages, requests, calls of records and their answers that get lost.',
  },
  { name: 'noticeMs', default: 100, unit: 'ms', min: 0, meaning: 'Time until an engine notices that it is cut off.' },
]

/** Options of an engine in memory. */
export interface MemoryEngineOptions {
  /** Time for a call of records, in ms. Default 2,000. */
  timeoutMs?: number
  /** The clock of the engine's process, if it is to stand still apart from the others. Default: that of the network. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `memoryEngine`. */
export const memoryEngineOptionRows: readonly OptionRow[] = [
  {
    name: 'timeoutMs',
    default: 2000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for a call of records.',
    code: 'engine_timeout',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: "The clock of the engine's process." },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

const unlinked: HubLink = { receive: () => {}, answers: () => false, repeat: () => {}, mute: () => {}, end: () => {} }

/** The link between one engine and the service. */
interface Line {
  readonly clock: Clock
  hub: HubLink
  isCut: boolean
  /** Counts breaks: what was under way in a break gets lost. */
  breaks: number
  /** When the last of the messages that keep their order arrives, in both directions. */
  readonly orderedUntilMs: { toHub: number; toEngine: number }
}

/**
 * A service for engines, in this process: it keeps the records and passes messages on, on a clock of its own, and can be stopped, and
 * cut off from each engine. Its records outlive a stop.
 */
export class MemoryNetwork {
  /** Share of messages that get lost, from 0 to 1. Watches lose nothing while the engine is connected. */
  loss: number
  readonly #clock: Clock
  readonly #random: () => number
  readonly #hub: Hub
  readonly #lines = new Map<Engine, Line>()
  readonly #delayMs: { readonly min: number; readonly range: number }
  readonly #noticeMs: number
  #isUp = true

  /** @throws ClusterError `invalid_argument` */
  constructor(options: MemoryNetworkOptions) {
    const fault = faultOfOptions('new MemoryNetwork', memoryNetworkOptionRows, options)
    if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
    const { clock, seed = 0, minDelayMs = 0, maxDelayMs = Math.max(2, minDelayMs), loss = 0, noticeMs = 100 } = options
    if (typeof clock?.schedule !== 'function')
      throw new ClusterError('invalid_argument', 'new MemoryNetwork has a clock')
    if (maxDelayMs < minDelayMs) throw new ClusterError('invalid_argument', 'maxDelayMs is less than minDelayMs')
    this.loss = loss
    this.#clock = guardedClock(clock, silentLogger)
    this.#random = createRandom(seed)
    this.#hub = new Hub(this.#clock, this.#random)
    this.#delayMs = { min: minDelayMs, range: maxDelayMs - minDelayMs }
    this.#noticeMs = noticeMs
  }

  /** Swallows all between the engine and the service from now on. The engine notices later. */
  cut(engine: Engine): void {
    const line = this.#lineOf(engine)
    if (line.isCut) return
    line.isCut = true
    this.#break(engine as HubEngine, line, this.#noticeMs)
  }

  /** Ends `cut`. */
  heal(engine: Engine): void {
    const line = this.#lineOf(engine)
    if (!line.isCut) return
    line.isCut = false
    this.#mend(engine as HubEngine, line)
  }

  /** Ends the process of the engine, as `kill -9` does: nothing goes to it or comes from it any more, and its wills are written. */
  kill(engine: Engine): void {
    const line = this.#lineOf(engine)
    line.isCut = true
    line.breaks++
    this.#lines.delete(engine)
    line.hub.end(true)
  }

  /** Stops the service. Engines notice at once. */
  stop(): void {
    this.#isUp = false
    for (const [engine, line] of this.#lines) this.#break(engine as HubEngine, line, 0)
  }

  /** Ends `stop`. */
  start(): void {
    if (this.#isUp) return
    this.#isUp = true
    for (const [engine, line] of this.#lines) if (!line.isCut) this.#mend(engine as HubEngine, line)
  }

  /** Makes an engine, which is connected if the service runs. For `memoryEngine`. */
  connect(timeoutMs: number, clock: Clock | undefined, logger: Logger): Engine {
    const own = clock === undefined ? this.#clock : guardedClock(clock, logger)
    const engine = new HubEngine({
      clock: own,
      timeoutMs,
      logger,
      send: (message) => this.#toHub(line, message),
      onClose: () => {
        this.#lines.delete(engine)
        // the last words have to arrive before
        this.#clock.schedule(this.#delayMs.min + this.#delayMs.range, () => line.hub.end(false))
      },
    })
    const line: Line = {
      clock: own,
      hub: unlinked,
      isCut: false,
      breaks: 0,
      orderedUntilMs: { toHub: 0, toEngine: 0 },
    }
    this.#lines.set(engine, line)
    if (this.#isUp) {
      this.#link(engine, line)
      engine.setConnected(true)
    }
    return engine
  }

  #lineOf(engine: Engine): Line {
    const line = this.#lines.get(engine)
    if (line === undefined) throw new ClusterError('invalid_argument', 'this engine is none of this network, or closed')
    return line
  }

  #link(engine: HubEngine, line: Line): void {
    line.hub.end(false)
    line.hub = this.#hub.connect((message) => this.#toEngine(engine, line, message))
  }

  #break(engine: HubEngine, line: Line, noticeMs: number): void {
    const breaks = ++line.breaks
    this.#clock.schedule(noticeMs, () => {
      if (line.breaks === breaks && !this.#isOpen(line)) line.clock.schedule(0, () => engine.setConnected(false))
    })
  }

  /** The engine connects anew. If it has noticed nothing, what it has missed comes late: streams lose nothing. */
  #mend(engine: HubEngine, line: Line): void {
    if (!this.#isUp) return
    const breaks = ++line.breaks
    this.#clock.schedule(this.#someDelayMs(), () => {
      if (line.breaks !== breaks || !this.#lines.has(engine)) return
      this.#link(engine, line)
      line.clock.schedule(0, () => {
        if (line.breaks !== breaks) return
        if (engine.isConnected) engine.sendInterests()
        else engine.setConnected(true)
      })
    })
  }

  #isOpen(line: Line): boolean {
    return this.#isUp && !line.isCut
  }

  #toHub(line: Line, message: ToHub): void {
    const { hub } = line
    this.#carry(line, 'toHub', isOrdered(message), () => hub.receive(message))
  }

  #toEngine(engine: HubEngine, line: Line, message: ToEngine): void {
    // a process that stands still takes it later
    this.#carry(line, 'toEngine', isOrdered(message), () => line.clock.schedule(0, () => engine.receive(message)))
  }

  #carry(line: Line, direction: 'toHub' | 'toEngine', inOrder: boolean, arrive: () => void): void {
    if (!this.#isOpen(line) || (!inOrder && this.#random() < this.loss)) return
    const { breaks, orderedUntilMs } = line
    const nowMs = this.#clock.now()
    let atMs = nowMs + this.#someDelayMs()
    if (inOrder) {
      atMs = Math.max(atMs, orderedUntilMs[direction])
      orderedUntilMs[direction] = atMs
    }
    this.#clock.schedule(atMs - nowMs, () => {
      if (line.breaks === breaks && this.#isOpen(line)) arrive()
    })
  }

  #someDelayMs(): number {
    return this.#delayMs.min + this.#random() * this.#delayMs.range
  }
}

/**
 * An engine of a network in memory.
 * @throws ClusterError `invalid_argument`
 */
export function memoryEngine(network: MemoryNetwork, options: MemoryEngineOptions = {}): Engine {
  const fault = faultOfOptions('memoryEngine', memoryEngineOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { timeoutMs = 2000, clock, logger } = options
  return network.connect(timeoutMs, clock, toLogger(logger, clock))
}
