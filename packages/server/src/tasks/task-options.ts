import { availableParallelism } from 'node:os'
import type { Clock, Logger } from '@tygase/gamestate'
import { TaskError } from './errors.js'

export interface TasksOptions {
  /**
   * The module whose exported functions are the tasks: JavaScript, as threads load it by themselves. Each function takes one
   * argument and may be asynchronous.
   */
  file: URL | string
  /** Tasks that are run at a time, each in a thread. A whole number from 1. Default: one less than the processors there are. */
  maxThreads?: number
  /** Tasks that wait for a thread; one more fails with `task_queue_full`. A whole number from 0, or Infinity. Default 1,000. */
  maxQueue?: number
  /** From being asked for to the result; then its thread is ended. Above 0, or Infinity. Default 60,000. */
  taskTimeoutMs?: number
  /** For how long a thread is kept that has nothing to do. Default 30,000. */
  idleTimeoutMs?: number
  /** Default: real time. */
  clock?: Clock
  /** Default: silent. */
  logger?: Logger
}

/** The numbers among the options, with their defaults. @throws TaskError `invalid_argument` naming the one out of range */
export function checkNumbers(options: TasksOptions) {
  const {
    maxThreads = Math.max(1, availableParallelism() - 1),
    maxQueue = 1000,
    taskTimeoutMs = 60_000,
    idleTimeoutMs = 30_000,
  } = options
  const refuse = (what: string): never => {
    throw new TaskError('invalid_argument', what)
  }
  if (!(Number.isInteger(maxThreads) && maxThreads >= 1)) {
    refuse(`maxThreads is a whole number from 1, not ${maxThreads}`)
  }
  if (!(maxQueue === Number.POSITIVE_INFINITY || (Number.isInteger(maxQueue) && maxQueue >= 0))) {
    refuse(`maxQueue is a whole number from 0, not ${maxQueue}`)
  }
  if (!(taskTimeoutMs > 0)) refuse(`taskTimeoutMs is a number above 0, not ${taskTimeoutMs}`)
  if (!(idleTimeoutMs >= 0)) refuse(`idleTimeoutMs is a number from 0, not ${idleTimeoutMs}`)
  return { maxThreads, maxQueue, taskTimeoutMs, idleTimeoutMs }
}
