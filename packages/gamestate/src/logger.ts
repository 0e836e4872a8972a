/** What the libraries report to, in the shape of pino: a pino logger can be passed as it is. */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** The option `logger`: a logger, or false for none. Default: warnings and errors go to the console. */
export type LoggerOption = Logger | false

// the compiler knows no runtime here, so that no other file of this package can use one
declare const console: Record<Level, (...values: unknown[]) => void>
declare function setTimeout(callback: () => void, delayMs: number): unknown

const ignore = (): void => {}

/** Drops everything. */
export const silentLogger: Logger = Object.freeze({ debug: ignore, info: ignore, warn: ignore, error: ignore })

/** A repeated message is printed at most once in this time. */
const repeatMs = 1000

/** Different messages within `repeatMs`; further ones are counted together, so that a flood of texts stays bounded. */
const maxMessages = 100

type Level = 'info' | 'warn' | 'error'

/** A message that has been printed, and repeats of it that wait to be counted. */
interface Printed {
  readonly level: Level
  readonly message: string
  repeats: number
}

/**
 * Prints warnings and errors. A message that comes again within a second is counted, and the count printed when the
 * second is over.
 */
export class ConsoleLogger implements Logger {
  readonly #print: (level: Level, ...values: unknown[]) => void
  readonly #later: (callback: () => void) => void
  readonly #printed = new Map<string, Printed>()

  /** @param later calls back after a second */
  constructor(print: (level: Level, ...values: unknown[]) => void, later: (callback: () => void) => void) {
    this.#print = print
    this.#later = later
  }

  readonly debug: Logger['debug'] = ignore
  readonly info: Logger['info'] = ignore
  readonly warn = (details: object, message: string): void => this.#take('warn', details, message)
  readonly error = (details: object, message: string): void => this.#take('error', details, message)

  /** Prints an entry of level info: see {@link announce}. */
  announce(message: string): void {
    this.#print('info', `tygase: ${message}`)
  }

  #take(level: Level, details: object, message: string): void {
    const { err, ...others } = details as { err?: unknown }
    const key = `${level} ${message} ${(others as { rule?: unknown }).rule ?? ''} ${err}`
    const known = this.#printed.get(key)
    if (known !== undefined) {
      known.repeats++
      return
    }
    if (this.#printed.size >= maxMessages) return this.#count(level)
    this.#remember(key, { level, message, repeats: 0 })
    const values = Object.keys(others).length === 0 ? [] : [others]
    this.#print(level, `tygase: ${message}`, ...(err === undefined ? values : [...values, err]))
  }

  #count(level: Level): void {
    const known = this.#printed.get(level)
    if (known === undefined) this.#remember(level, { level, message: 'other messages', repeats: 1 })
    else known.repeats++
  }

  #remember(key: string, printed: Printed): void {
    this.#printed.set(key, printed)
    this.#later(() => {
      this.#printed.delete(key)
      const { level, message, repeats } = printed
      if (repeats > 0) this.#print(level, `tygase: ${message} (${repeats} more within a second)`)
    })
  }
}

/** The default of every option `logger`: one for the whole process, so that repeats are counted together. */
export const defaultLogger: Logger = new ConsoleLogger(
  (level, ...values) => console[level](...values),
  (callback) => {
    const timer: unknown = setTimeout(callback, repeatMs)
    // a process must be able to end before the second is over
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
  },
)

/** The logger that an option stands for. */
export function toLogger(option: LoggerOption | undefined): Logger {
  if (option === undefined) return defaultLogger
  return option === false ? silentLogger : option
}

/** Logs an entry of level info that a person at the console wants to see: the default logger prints it too. */
export function announce(logger: Logger, details: object, message: string): void {
  if (logger instanceof ConsoleLogger) logger.announce(message)
  else logger.info(details, message)
}
