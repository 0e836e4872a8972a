import type { Clock, Logger } from '@tygase/gamestate'
import { announce, systemClock, toLogger } from '@tygase/gamestate/internal'
import { ServerError } from './errors.js'
import { number, other, type Rows, settle } from './option-rows.js'
import type { Server } from './server.js'

/** What ends after the server: a task pool (`shutdown`), a storage (`close`), or a function. */
type Ending = { shutdown(): unknown } | { close(): unknown } | (() => unknown)

/** A signal that asks a process to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Options of `gracefully`. */
export interface GracefulOptions {
  /** Ended after the server, one after the other: the server saves into a storage, so the storage comes last. */
  after?: readonly Ending[]
  /** For people at the clients. Default "the server restarts". */
  reason?: string
  /** Time that transports may take to send what waits, in milliseconds. Default: `drainMs` of the server. */
  drainMs?: number
  /**
   * Time for all of it, in milliseconds, above 0. Then the process ends with code 1. Default 9,000: Docker and others kill a
   * process 10 s after they have asked it to end.
   */
  timeoutMs?: number
  /** Signals that end the process. Default SIGINT, which is Ctrl-C, and SIGTERM. */
  signals?: readonly EndSignal[]
  /** As of `Server`. */
  logger?: Logger | false
}

/** The process that ends, and its time. */
interface Surroundings {
  readonly process: EndingProcess
  readonly clock: Clock
}

/** The part of Node's `process` that is used here. */
interface EndingProcess {
  on(signal: EndSignal, listener: () => void): unknown
  off(signal: EndSignal, listener: () => void): unknown
  exit(code: number): void
}

const endSignals: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Exit codes of a process that a signal has ended: 128 and the number of the signal. */
const exitCodes: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** One Ctrl-C reaches a process several times if npm started it: from the terminal, and from the processes above it. */
const sameSignalMs = 500

/** Options of `gracefully`. */
export const gracefulOptionRows: Rows<keyof GracefulOptions> = {
  after: other('after', 'other', 'Ended after the server, one after the other.'),
  reason: other('reason', 'other', 'For people at the clients.', 'the server restarts'),
  drainMs: number('drainMs', undefined, 'ms', 0, 'Time that transports may take to send what waits.'),
  timeoutMs: number('timeoutMs', 9000, 'ms', 1, 'Time for all of it. Then the process ends with code 1.'),
  signals: other('signals', 'other', 'Signals that end the process.'),
  logger: other('logger', 'other', 'Gets what happens.'),
}

/**
 * Ends the process well when it is asked to, by Ctrl-C or by what runs it: the server closes its clients with a reason, saves and
 * ends its rooms, but for those with a journal, which the next process goes on with; then `after` ends in order; then the process ends with code 0. Whatever fails is logged, the rest goes on, and
 * the code is 1. A second signal, half a second later or more, ends the process at once.
 *
 * It may be called before `run`, and once for several servers of a process: each call ends its own, and the process ends with
 * the first, so hand the others over in `after`.
 * @returns a function that takes the listeners for the signals away
 * @throws ServerError `invalid_argument` naming the option that is unknown or out of range, and where there are no signals
 */
export function gracefully(server: Pick<Server, 'shutdown'>, options: GracefulOptions = {}): () => void {
  const { process } = globalThis as { process?: EndingProcess }
  if (typeof process?.on !== 'function')
    throw new ServerError('invalid_argument', 'there is no process with signals here')
  return endGracefully(server, options, { process, clock: systemClock })
}

/** {@link gracefully} for any process. */
export function endGracefully(
  server: Pick<Server, 'shutdown'>,
  options: GracefulOptions,
  { process, clock }: Surroundings,
): () => void {
  const { after = [], reason, drainMs, timeoutMs, signals = ['SIGINT', 'SIGTERM'], logger: given } = settled(options)
  const logger = toLogger(given)
  let firstAtMs: number | undefined

  const end = async (signal: EndSignal): Promise<void> => {
    announce(logger, { signal }, `${signal}: the server ends; once more ends it at once`)
    const stopTimer = clock.schedule(timeoutMs, () => {
      logger.error({ timeoutMs }, 'the end took too long, so something may not be saved')
      process.exit(1)
    })
    const shutdown = (): Promise<void> =>
      server.shutdown({ reason, endSessions: true, handOver: true, ...(drainMs !== undefined && { drainMs }) })
    let code = 0
    for (const ending of [shutdown, ...after]) {
      try {
        await callEnd(ending)
      } catch (err) {
        logger.error({ err }, 'a part of the end failed')
        code = 1
      }
    }
    stopTimer()
    process.exit(code)
  }

  const listeners = signals.map((signal) => {
    const listener = (): void => {
      if (firstAtMs === undefined) {
        firstAtMs = clock.now()
        void end(signal)
      } else if (clock.now() - firstAtMs >= sameSignalMs) process.exit(exitCodes[signal])
    }
    process.on(signal, listener)
    return () => void process.off(signal, listener)
  })
  return () => {
    for (const takeOff of listeners) takeOff()
  }
}

type Settled = GracefulOptions & Required<Pick<GracefulOptions, 'reason' | 'timeoutMs'>>

/** @throws ServerError `invalid_argument` */
function settled(options: GracefulOptions): Settled {
  // reason: the rows of the table say which options have a default
  const known = settle('gracefully', gracefulOptionRows, options) as Settled
  const { after = [], signals = [] } = known
  if (!Array.isArray(after) || !after.every(isEnding)) {
    throw new ServerError('invalid_argument', 'after is a list of functions, or of objects with shutdown or close')
  }
  if (!Array.isArray(signals) || !signals.every((signal) => endSignals.includes(signal))) {
    throw new ServerError('invalid_argument', `signals is a list of ${endSignals.join(', ')}, not ${String(signals)}`)
  }
  return known
}

function isEnding(ending: unknown): boolean {
  if (typeof ending === 'function') return true
  const { shutdown, close } = (ending ?? {}) as { shutdown?: unknown; close?: unknown }
  return typeof shutdown === 'function' || typeof close === 'function'
}

function callEnd(ending: Ending): unknown {
  if (typeof ending === 'function') return ending()
  const { shutdown, close } = ending as { shutdown?: () => unknown; close?: () => unknown }
  return typeof shutdown === 'function' ? shutdown.call(ending) : close?.call(ending)
}
