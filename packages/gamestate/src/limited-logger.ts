import { guardedClock } from './callbacks.js'
import { type Clock, unheldClock } from './clock.js'
import { errorPages, TygaseError } from './errors.js'
import {
  checkedLogger,
  consoleLogger,
  ignore,
  type Level,
  type Logger,
  type LoggerOption,
  printToConsole,
  silentLogger,
} from './logger.js'
import { isThenable } from './values/plain.js'

/** A line that has gone out within this second, and repeats of it that are counted. */
interface Line {
  readonly level: Level
  readonly message: string
  readonly details: object
  repeats: number
}

/** Lines are compared within this time. */
const windowMs = 1000
/** Different lines of one level and message for each client: a client chooses parts of some texts. */
const maxLinesPerSource = 10
/** Different lines in all within a second, so that many clients are bounded too. */
const maxLines = 100

/**
 * Passes lines on to a logger. Within a second it gets each line once, at most 10 different ones of one message and client,
 * and 100 in all; the rest is counted, and the counts follow when the second is over.
 *
 * Invariant: no call throws, whatever the logger does, and the logger is never called while it is being called.
 */
export class LimitedLogger implements Logger {
  readonly #target: Logger
  readonly #clock: Clock
  readonly #onFailure: (error: unknown) => void
  readonly #announce: ((message: string) => void) | undefined
  readonly #lines = new Map<string, Line>()
  /** Different lines by level, message and client. */
  readonly #sources = new Map<string, number>()
  #sinceMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined
  #isCalling = false

  /**
   * @param onFailure gets what the logger throws or rejects with
   * @param announce for a target that leaves level info out: prints an entry of it, see {@link announce}
   */
  constructor(target: Logger, clock: Clock, onFailure: (error: unknown) => void, announce?: (message: string) => void) {
    this.#announce = announce
    this.#target = target
    this.#clock = clock
    this.#onFailure = onFailure
  }

  readonly debug = (details: object, message: string): void => this.#take('debug', details, message)
  readonly info = (details: object, message: string): void => this.#take('info', details, message)
  readonly warn = (details: object, message: string): void => this.#take('warn', details, message)
  readonly error = (details: object, message: string): void => this.#take('error', details, message)

  announce(details: object, message: string): void {
    if (this.#announce === undefined) this.#pass('info', details, message)
    else this.#announce(message)
  }

  #take(level: Level, details: object, message: string): void {
    if (this.#target[level] === ignore) return
    const nowMs = this.#clock.now()
    if (nowMs - this.#sinceMs >= windowMs || nowMs < this.#sinceMs) {
      this.#flush()
      this.#sinceMs = nowMs
    }
    const { err, ...others } = details as { err?: unknown; clientId?: unknown }
    const { clientId = '' } = others
    const source = `${level} ${message} ${clientId}`
    let key = err === undefined ? source : `${source} ${textOf(err)}`
    // texts say which rule, event or room; numbers such as the tick differ in lines that say the same
    for (const part of Object.values(others)) if (typeof part === 'string') key += ` ${part}`
    const known = this.#lines.get(key)
    if (known !== undefined) return this.#repeat(known)
    const ofSource = this.#sources.get(source) ?? 0
    if (ofSource >= maxLinesPerSource) {
      const about = clientId === '' ? {} : { clientId }
      return this.#repeat(this.#lineOf(source, { level, message, details: about, repeats: 0 }))
    }
    if (this.#lines.size >= maxLines || this.#isCalling) {
      return this.#repeat(this.#lineOf(level, { level, message: 'other messages', details: {}, repeats: 0 }))
    }
    this.#sources.set(source, ofSource + 1)
    this.#lines.set(key, { level, message, details: others, repeats: 0 })
    this.#pass(level, details, message)
  }

  #lineOf(key: string, line: Line): Line {
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    this.#lines.set(key, line)
    return line
  }

  #repeat(line: Line): void {
    line.repeats++
    this.#cancel ??= this.#clock.schedule(windowMs, () => this.#flush())
  }

  /** The second is over: passes the counts on. */
  #flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const lines = [...this.#lines.values()]
    this.#lines.clear()
    this.#sources.clear()
    this.#sinceMs = Number.NEGATIVE_INFINITY
    for (const { level, message, details, repeats } of lines) {
      if (repeats > 0) this.#pass(level, { ...details, repeats }, message)
    }
  }

  #pass(level: Level, details: object, message: string): void {
    this.#isCalling = true
    try {
      const result: unknown = this.#target[level](details, message)
      if (isThenable(result)) Promise.resolve(result).then(undefined, this.#onFailure)
    } catch (error) {
      this.#onFailure(error)
    } finally {
      this.#isCalling = false
    }
  }
}

/** A logger that adds details to each line of another one. */
class DetailedLogger implements Logger {
  readonly parent: Logger
  readonly #details: object

  constructor(parent: Logger, details: object) {
    this.parent = parent
    this.#details = details
  }

  readonly debug = (details: object, message: string): void => this.parent.debug(this.#with(details), message)
  readonly info = (details: object, message: string): void => this.parent.info(this.#with(details), message)
  readonly warn = (details: object, message: string): void => this.parent.warn(this.#with(details), message)
  readonly error = (details: object, message: string): void => this.parent.error(this.#with(details), message)

  #with(details: object): object {
    return { ...this.#details, ...details }
  }
}

/** @returns a logger that adds `details` to each line */
export function withDetails(logger: Logger, details: object): Logger {
  return logger === silentLogger ? logger : new DetailedLogger(logger, details)
}

/** The console. The line of an error of ours ends with the address at which its code is explained. */
const consoleWithPages: Logger = {
  ...consoleLogger,
  warn: (details, message) => consoleLogger.warn(details, withPage(details, message)),
  error: (details, message) => consoleLogger.error(details, withPage(details, message)),
}

function withPage(details: object, message: string): string {
  const { err } = details as { err?: unknown }
  // the codes of a refusal are the game's own
  const hasPage = err instanceof TygaseError && err.name !== 'RefusalError'
  return hasPage ? `${message}, see ${errorPages}${err.code}` : message
}

/** The default of every option `logger`: one for the whole process, so that repeats are counted together. */
export const defaultLogger: Logger = new LimitedLogger(
  consoleWithPages,
  unheldClock,
  // the console was the last place to report to
  ignore,
  (message) => printToConsole('info', `tygase: ${message}`),
)

/**
 * The logger that an option stands for: it never throws, and counts repeats.
 * @param clock for the counts; default real time
 * @throws GameStateError `invalid_argument` for a value that is no logger
 */
export function toLogger(option: LoggerOption | undefined, clock?: Clock): Logger {
  if (option === undefined) return defaultLogger
  if (option === false || option === silentLogger) return silentLogger
  if (option instanceof LimitedLogger || option instanceof DetailedLogger) return option
  const target = checkedLogger(option)
  const onFailure = (err: unknown): void => defaultLogger.error({ err }, 'the logger failed')
  const own = clock === undefined ? unheldClock : guardedClock(clock, defaultLogger)
  return new LimitedLogger(target, own, onFailure)
}

/** Logs an entry of level info that a person at the console wants to see: the default logger prints it too. */
export function announce(logger: Logger, details: object, message: string): void {
  if (logger instanceof LimitedLogger) logger.announce(details, message)
  else logger.info(details, message)
}

/** The text of whatever was thrown. It has no text of its own if it cannot be turned into one. */
function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'an error without a text'
  }
}
