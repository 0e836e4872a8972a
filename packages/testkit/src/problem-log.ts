import type { Clock, Logger } from '@tygase/gamestate'

/** A warning or an error that a part of the simulation has logged. */
export interface Problem {
  readonly atMs: number
  /** `server`, or `client 3`. */
  readonly who: string
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly details: object
}

const maxProblems = 1000

/** Keeps what server and clients log as warnings and errors, the newest of it. */
export class ProblemLog {
  readonly #clock: Clock
  readonly #problems: Problem[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  loggerOf(who: string): Logger {
    const note = (level: Problem['level'], details: object, message: string): void => {
      this.#problems.push({ atMs: this.#clock.now(), who, level, message, details })
      if (this.#problems.length > maxProblems) this.#problems.shift()
    }
    return {
      debug: () => {},
      info: () => {},
      warn: (details, message) => note('warn', details, message),
      error: (details, message) => note('error', details, message),
    }
  }
}

/** For messages: the last errors, one to a line. */
export function describeErrors(problems: readonly Problem[]): string[] {
  return problems
    .filter(({ level }) => level === 'error')
    .slice(-3)
    .map(({ atMs, who, message, details }) => {
      const error = 'err' in details ? `: ${String(details.err)}` : ''
      return `at ${atMs} ms ${who} logged: ${message}${error}`
    })
}
