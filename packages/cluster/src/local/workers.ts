import type { Clock, Logger } from '@tygase/gamestate'
import { ClusterError } from '../errors.js'

/** How a process has ended. */
interface ProcessEnd {
  readonly code: number | null
  readonly signal: string | null
}

/** A worker process, as its primary sees it. */
export interface WorkerProcess {
  readonly processId: number | undefined
  /** Set by the owner; called when it serves. */
  onReady: (() => void) | undefined
  /** Set by the owner; called once. */
  onExit: ((end: ProcessEnd) => void) | undefined
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface WorkersOptions {
  readonly count: number
  /** A worker that was asked to end is killed after this time. */
  readonly stopTimeoutMs: number
  readonly fork: () => WorkerProcess
  readonly clock: Clock
  readonly logger: Logger
}

/** Time until the place of a dead worker is taken. It doubles with each one that dies early. */
const leastDelayMs = 100
const mostDelayMs = 5000
/** A worker that has served for so long has not died early. */
const soundMs = 10_000

/** One of the workers. A process that dies gives its place to another one. */
interface Place {
  worker: WorkerProcess | undefined
  readyAtMs: number | undefined
  delayMs: number
  cancel: () => void
}

/**
 * Keeps a number of worker processes alive, until it is stopped: one after the other, so that each can leave its rooms to those that
 * are left.
 */
export class Workers {
  /** Resolves when all have ended after `stop`. Rejects with ClusterError `worker_ended` if one ends before any has served. */
  readonly ended: Promise<void>
  readonly #options: WorkersOptions
  readonly #places: Place[]
  #resolve = (): void => {}
  #reject = (_: Error): void => {}
  #hasServed = false
  #isStopping = false

  constructor(options: WorkersOptions) {
    this.#options = options
    this.ended = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#places = Array.from({ length: options.count }, () => ({
      ...{ worker: undefined, readyAtMs: undefined, delayMs: leastDelayMs, cancel: () => {} },
    }))
    for (const place of this.#places) this.#fill(place)
  }

  /** Asks all workers to end, the next one when the last has ended. Calling it again kills them at once. */
  stop(): void {
    if (this.#isStopping) {
      for (const { worker } of this.#places) worker?.kill('SIGKILL')
      return
    }
    this.#isStopping = true
    for (const { cancel } of this.#places) cancel()
    this.#stopNext()
  }

  #fill(place: Place): void {
    const { fork, clock } = this.#options
    const worker = fork()
    place.worker = worker
    worker.onReady = () => {
      this.#hasServed = true
      place.readyAtMs = clock.now()
    }
    worker.onExit = (end) => this.#emptied(place, worker.processId, end)
  }

  #emptied(place: Place, processId: number | undefined, { code, signal }: ProcessEnd): void {
    const { clock, logger } = this.#options
    place.cancel()
    place.worker = undefined
    if (this.#isStopping) return this.#stopNext()
    const how = signal === null ? `with code ${code}` : `by ${signal}`
    const error = new ClusterError('worker_ended', `the worker process ${processId} has ended ${how}`)
    if (!this.#hasServed) {
      this.#reject(error)
      // those that are starting would wait for a game that does not begin
      return this.stop()
    }
    const lastedMs = place.readyAtMs === undefined ? 0 : clock.now() - place.readyAtMs
    if (lastedMs >= soundMs) place.delayMs = leastDelayMs
    place.readyAtMs = undefined
    const { delayMs } = place
    place.delayMs = Math.min(2 * delayMs, mostDelayMs)
    const words = 'a worker process has ended: another one takes its place'
    if (code === 0) logger.info({ processId, delayMs }, words)
    else logger.error({ err: error, code: error.code, delayMs }, words)
    place.cancel = clock.schedule(delayMs, () => this.#fill(place))
  }

  #stopNext(): void {
    const { clock, logger, stopTimeoutMs } = this.#options
    const place = this.#places.find(({ worker }) => worker !== undefined)
    if (place?.worker === undefined) return this.#resolve()
    const { worker } = place
    worker.kill('SIGTERM')
    place.cancel = clock.schedule(stopTimeoutMs, () => {
      logger.error(
        { processId: worker.processId, stopTimeoutMs },
        'a worker process has not ended in time: it is killed',
      )
      worker.kill('SIGKILL')
    })
  }
}
