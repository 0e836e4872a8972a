import { guard, watch } from './callbacks.js'
import { type Clock, systemClock } from './clock.js'
import { GameStateError } from './errors.js'

/**
 * What the libraries report to, in the shape of pino: a pino logger can be passed as it is. Of lines that repeat it gets the
 * first, and after a second one more with their number in `repeats`. A client's gets one number for all of them, with the
 * next line. No line has a token, a password or an address in it. A
 * logger that throws, or whose promise rejects, is reported at the console and stops nothing.
 */
export interface Logger {
  /** Steps that only their author wants to see. */
  debug(details: object, message: string): void
  /** What happens in any run: a server listens, a room is made. */
  info(details: object, message: string): void
  /** A fault of a peer, or of a user's code that stops nothing. */
  warn(details: object, message: string): void
  /** A fault to look at. `details.err` is the error, if there is one. */
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

/** Prints a line: `console.warn` with its values, for example. */
export type Print = (level: 'info' | 'warn' | 'error', ...values: unknown[]) => void

/** Prints warnings and errors, each at once: `LimitedLogger` and `toBriefLogger` hold repeats back. */
export function consoleLoggerOf(print: Print): Logger {
  const line =
    (level: 'warn' | 'error') =>
    (details: object, message: string): void => {
      const { err, repeats, ...others } = details as { err?: unknown; repeats?: number }
      if (repeats !== undefined) return print(level, `tygase: ${message} (${repeats} more within a second)`)
      const values = Object.keys(others).length === 0 ? [] : [others]
      print(level, `tygase: ${message}`, ...(err === undefined ? values : [...values, err]))
    }
  return { debug: ignore, info: ignore, warn: line('warn'), error: line('error') }
}

/** Prints to the console of the runtime. */
export const printToConsole: Print = (level, ...values) => console[level](...values)

/** The console of the runtime: the last place to report to. */
export const consoleLogger: Logger = /* @__PURE__ */ consoleLoggerOf(printToConsole)

/** Lines of a page's logger are compared within this time. */
const windowMs = 1000
/** Different lines within that time. */
const maxLines = 100

/**
 * The logger of a page that an option stands for: passes each line on once a second, and 100 different ones at most. The
 * number of the others follows with the next line after the second. It is small, since pages load it: `LimitedLogger` counts
 * each line for itself. No call throws, whatever the logger does.
 * @throws GameStateError `invalid_argument` for a value that is no logger
 */
export function toBriefLogger(option: LoggerOption | undefined, clock: Clock = systemClock): Logger {
  if (option === false || option === silentLogger) return silentLogger
  const target = option === undefined ? consoleLogger : checkedLogger(option)
  const lines = new Set<string>()
  let sinceMs = 0
  let repeats = 0
  const take = (level: Level, details: object, message: string): unknown => {
    if (target[level] === ignore) return
    const nowMs = clock.now()
    if (nowMs - sinceMs >= windowMs) {
      sinceMs = nowMs
      lines.clear()
      const count = repeats
      repeats = 0
      if (count > 0) watch(consoleLogger, 'the logger failed', target.warn({ repeats: count }, 'lines that repeat'))
    }
    const { err, event } = details as { err?: unknown; event?: unknown }
    const line = `${level} ${message} ${event} ${err}`
    if (lines.has(line) || lines.size >= maxLines) return void repeats++
    // first, since the logger may log something itself
    lines.add(line)
    return target[level](details, message)
  }
  const passOn =
    (level: Level) =>
    (details: object, message: string): void =>
      guard(consoleLogger, 'the logger failed', () => take(level, details, message))
  // reason: the levels are the methods of a logger
  return Object.fromEntries(levels.map((level) => [level, passOn(level)])) as unknown as Logger
}

/** @throws GameStateError `invalid_argument` for a value that is no logger */
export function checkedLogger(value: unknown): Logger {
  if (isLogger(value)) return value
  const sentence = 'logger is false or has debug, info, warn and error'
  throw new GameStateError('invalid_argument', sentence)
}

function isLogger(value: unknown): value is Logger {
  return levels.every((level) => typeof (value as Partial<Logger> | null | undefined)?.[level] === 'function')
}
