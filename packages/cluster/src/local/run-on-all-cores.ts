import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import {
  faultOfOptions,
  guarded,
  guardedClock,
  type LoggerOption,
  type OptionRow,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import type { Server } from '@tygase/server'
import { gracefully } from '@tygase/server/process'
import type { Engine } from '../engine.js'
import { ClusterError } from '../errors.js'
import { localEngine } from './local-engine.js'
import { localRegistry } from './local-registry.js'
import { type WorkerProcess, Workers } from './workers.js'

/** Options of `runOnAllCores`. */
export interface AllCoresOptions {
  /** Number of worker processes, from 1. Default: one for each core. */
  workers?: number
  /** Time for a worker to leave its rooms to others and to end, in ms. Then it is killed. Default 9,000. */
  stopTimeoutMs?: number
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `runOnAllCores`. */
export const allCoresOptionRows: readonly OptionRow[] = [
  {
    name: 'workers',
    default: undefined,
    unit: '',
    min: 1,
    max: 1024,
    meaning: 'Worker processes. Default: one a core.',
  },
  {
    name: 'stopTimeoutMs',
    default: 9000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for a worker to leave its rooms to others and to end. Then it is killed.',
    code: 'worker_ended',
  },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

/** What a worker sends to its primary when it serves. */
const readyMessage = { tygase: 'ready' } as const
/** A worker ends by itself within its time. It is killed so much later. */
const killMarginMs = 1000
/** One Ctrl-C reaches a process several times if npm started it. */
const sameSignalMs = 500

/**
 * Runs a game on all cores of a machine, behind one port. The first process starts workers, which run the same program; in each of
 * them `start` is called. A worker that dies is replaced, after 100 ms at first and 5 s at most. Clients find their rooms by the path.
 *
 * SIGTERM and Ctrl-C at the first process end the workers one after the other: each leaves its rooms to those that are left. A second
 * signal kills them. SIGTERM at one worker replaces it, and all players stay.
 * @param start makes a server with `cluster: new Cluster({ engine })`, without an `address`, runs it, and returns it
 * @returns in a worker, once it serves; in the first process, once all workers have ended after a signal. Rejects with ClusterError
 * `worker_ended` if a worker ends before any has served, `invalid_argument`, `engine_unavailable`, and the error of `start`
 */
export async function runOnAllCores(
  options: AllCoresOptions,
  start: (engine: Engine) => Pick<Server, 'shutdown'> | PromiseLike<Pick<Server, 'shutdown'>>,
): Promise<void> {
  const fault = faultOfOptions('runOnAllCores', allCoresOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { workers = availableParallelism(), stopTimeoutMs = 9000, logger } = options
  if (!Number.isInteger(workers))
    throw new ClusterError('invalid_argument', `workers is a whole number, not ${workers}`)
  if (typeof start !== 'function')
    throw new ClusterError('invalid_argument', 'runOnAllCores takes a function that starts')
  const given = logger === undefined ? {} : { logger }
  if (cluster.isPrimary) return runPrimary({ count: workers, stopTimeoutMs: stopTimeoutMs + killMarginMs, ...given })
  // Ctrl-C reaches all processes of a terminal: the primary says when it is this one's turn
  process.on('SIGINT', () => {})
  const engine = await localEngine(given)
  const server = await start(engine)
  gracefully(server, {
    signals: ['SIGTERM'],
    timeoutMs: stopTimeoutMs,
    after: [() => engine.close()],
    ...(logger !== undefined && { logger: toLogger(logger) }),
  })
  process.send?.(readyMessage)
}

interface PrimaryOptions {
  readonly count: number
  readonly stopTimeoutMs: number
  readonly logger?: LoggerOption
}

async function runPrimary({ count, stopTimeoutMs, ...given }: PrimaryOptions): Promise<void> {
  const logger = toLogger(given.logger)
  const clock = guardedClock(systemClock, logger)
  // Workers accept by themselves. If the primary hands connections out, the one that is under way to a worker that dies stays open, and
  // nothing ever answers it.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  const endRegistry = localRegistry(given)
  const workers = new Workers({ count, stopTimeoutMs, fork, clock, logger })
  let lastMs = Number.NEGATIVE_INFINITY
  const stop = guarded(logger, 'the end of the workers failed', () => {
    if (clock.now() - lastMs < sameSignalMs) return
    lastMs = clock.now()
    workers.stop()
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  try {
    await workers.ended
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, stop)
    endRegistry()
  }
}

function fork(): WorkerProcess {
  const worker = cluster.fork()
  const started: WorkerProcess = {
    processId: worker.process.pid,
    onReady: undefined,
    onExit: undefined,
    // `worker.kill` would end its channel first, by which it hands its rooms over
    kill: (signal) => void worker.process.kill(signal),
  }
  worker.on('message', (message: unknown) => {
    if ((message as Partial<typeof readyMessage> | null)?.tygase === readyMessage.tygase) started.onReady?.()
  })
  worker.on('exit', (code, signal) => started.onExit?.({ code, signal }))
  return started
}
