import { guard } from './callbacks.js'
import { type Clock, systemClock } from './clock.js'
import { GameStateError } from './errors.js'

/**
 * What the libraries report to, in the shape of pino: a pino logger can be passed as it is. Of lines that repeat it gets the
 * first, and after a second one more with their number in `repeats`. A client's gets one number for all of them, with the
 * next line. No line has a token, a password or an address in it. A
 * logger that throws, or whose promise rejects, is reported at the console and stops nothing.
 */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** The option `logger`: a logger, or false for none. Default: warnings and errors go to the console. */
export type LoggerOption = Logger | false

// the compiler knows no runtime here, so that no other file of this package can use one
declare const console: Record<'info' | 'warn' | 'error', (...values: unknown[]) => void>

/** A level that a logger leaves out. */
export const ignore = (): void => {}

/** Drops everything. */
export const silentLogger: Logger = Object.freeze({ debug: ignore, info: ignore, warn: ignore, error: ignore })

const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** Prints warnings and errors, each at once: `LimitedLogger` and `BriefLogger` hold repeats back. */
export class ConsoleLogger implements Logger {
  readonly #print: (level: 'info' | 'warn' | 'error', ...values: unknown[]) => void
  readonly debug: Logger['debug'] = ignore
  readonly info: Logger['info'] = ignore

  constructor(print: (level: 'info' | 'warn' | 'error', ...values: unknown[]) => void) {
    this.#print = print
  }

  warn(details: object, message: string): void {
    this.#line('warn', details, message)
  }

  error(details: object, message: string): void {
    this.#line('error', details, message)
  }

  /** Prints an entry of level info: see {@link announce}. */
  announce(message: string): void {
    this.#print('info', `tygase: ${message}`)
  }

  #line(level: 'warn' | 'error', details: object, message: string): void {
    const { err, repeats, ...others } = details as { err?: unknown; repeats?: number }
    if (repeats !== undefined) return this.#print(level, `tygase: ${message} (${repeats} more within a second)`)
    const values = Object.keys(others).length === 0 ? [] : [others]
    this.#print(level, `tygase: ${message}`, ...(err === undefined ? values : [...values, err]))
  }
}

/** The console of the runtime: the last place to report to. */
export const consoleLogger: ConsoleLogger = /* @__PURE__ */ new ConsoleLogger((level, ...values) =>
  console[level](...values),
)

/** Lines of a page's logger are compared within this time. */
const windowMs = 1000
/** Different lines within that time. */
const maxLines = 100

/**
 * The logger of a page: passes each line on once a second, and 100 different ones at most. The number of the others follows
 * with the next line after the second. It is small, since pages load it: `LimitedLogger` counts each line for itself.
 *
 * Invariant: no call throws, whatever the logger does.
 */
class BriefLogger implements Logger {
  readonly #target: Logger
  readonly #clock: Clock
  readonly #lines = new Set<string>()
  #sinceMs = 0
  #repeats = 0

  constructor(target: Logger, clock: Clock) {
    this.#target = target
    this.#clock = clock
  }

  readonly debug = (details: object, message: string): void => this.#take('debug', details, message)
  readonly info = (details: object, message: string): void => this.#take('info', details, message)
  readonly warn = (details: object, message: string): void => this.#take('warn', details, message)
  readonly error = (details: object, message: string): void => this.#take('error', details, message)

  #take(level: Level, details: object, message: string): void {
    guard(consoleLogger, 'the logger failed', () => {
      const target = this.#target
      if (target[level] === ignore) return
      const nowMs = this.#clock.now()
      if (nowMs - this.#sinceMs >= windowMs) {
        this.#sinceMs = nowMs
        this.#lines.clear()
        const repeats = this.#repeats
        this.#repeats = 0
        if (repeats > 0) target.warn({ repeats }, 'lines that repeat')
      }
      const { err, event } = details as { err?: unknown; event?: unknown }
      const line = `${level} ${message} ${event} ${err}`
      if (this.#lines.has(line) || this.#lines.size >= maxLines) return void this.#repeats++
      // first, since the logger may log something itself
      this.#lines.add(line)
      return target[level](details, message)
    })
  }
}

/**
 * The logger of a page that an option stands for. It never throws.
 * @throws GameStateError `invalid_argument` for a value that is no logger
 */
export function toBriefLogger(option: LoggerOption | undefined, clock: Clock = systemClock): Logger {
  if (option === false || option === silentLogger) return silentLogger
  return new BriefLogger(option === undefined ? consoleLogger : checkedLogger(option), clock)
}

/** @throws GameStateError `invalid_argument` for a value that is no logger */
export function checkedLogger(value: unknown): Logger {
  if (isLogger(value)) return value
  const sentence = 'logger is false or an object with the functions debug, info, warn and error'
  throw new GameStateError('invalid_argument', sentence)
}

function isLogger(value: unknown): value is Logger {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return levels.every((level) => typeof (value as Partial<Logger>)[level] === 'function')
}
