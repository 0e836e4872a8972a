import { availableParallelism } from 'node:os'
import type { Clock, Logger } from '@tygase/gamestate'
import type { LoggerOption } from '@tygase/gamestate/internal'
import { faultOfOptions, type OptionRow, systemClock, toLogger, wakefulClock } from '@tygase/gamestate/internal'
import { TaskError } from './errors.js'
import { type TaskPool, threadPool } from './task-pool.js'
import type { TaskData, TaskName, TaskResult } from './task-types.js'
import { TickTasks, type TickTasksOptions, type TickTasksTarget } from './tick-tasks.js'

/** Options of the pool of threads. */
export interface TasksOptions {
  /**
   * The module whose exported functions are the tasks. It is JavaScript, because threads load it themselves. Each function takes one
   * argument and may be asynchronous.
   */
  file: URL | string
  /** Tasks that run at a time, each in a thread. A whole number from 1. Default: the number of processors less one. */
  maxThreads?: number
  /** Tasks that wait for a thread. Beyond it: `task_queue_full`. A whole number from 0, or Infinity. Default 1,000. */
  maxQueue?: number
  /** Time from `run` to the result, in ms. After it the thread is ended. Above 0, or Infinity. Default 60,000. */
  taskTimeoutMs?: number
  /** Time for which an idle thread is kept, in ms. Default 30,000. */
  idleTimeoutMs?: number
  /** Default: real time. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

interface Waiting {
  readonly name: string
  readonly data: unknown
  readonly thread: AbortController
  done(result: unknown): void
  fail(error: TaskError): void
}

/**
 * Runs slow work in threads, so that it does not delay ticks.
 *
 * Invariants: no more tasks run than there are threads, and they begin in the order of `run`; each settles once, and then its
 * thread is free or has ended.
 */
export class Tasks<Module extends object> {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #maxThreads: number
  readonly #maxQueue: number
  readonly #taskTimeoutMs: number
  readonly #pool: TaskPool
  readonly #waiting = new Set<Waiting>()
  readonly #running = new Set<Waiting>()
  #isClosed = false

  /** @param pool runs the tasks; tests give one of their own. @throws TaskError `invalid_argument` */
  constructor(options: TasksOptions, pool?: TaskPool) {
    const { file } = options
    const { maxThreads, maxQueue, taskTimeoutMs, idleTimeoutMs } = checkNumbers(options)
    const logger = toLogger(options.logger, options.clock)
    this.#clock = wakefulClock(options.clock ?? systemClock, logger)
    this.#logger = logger
    this.#maxThreads = maxThreads
    this.#maxQueue = maxQueue
    this.#taskTimeoutMs = taskTimeoutMs
    this.#pool = pool ?? threadPool({ file, maxThreads, idleTimeoutMs, logger })
  }

  /** Number of tasks that wait for a thread. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Number of tasks that run. */
  get running(): number {
    return this.#running.size
  }

  /**
   * Runs a task.
   * @param data is copied to the thread, as `structuredClone` does
   * @param signal cancels the task, and ends its thread if it has begun
   * @returns the result of the task. Rejects with a TaskError: `task_failed` if the task throws, crashes or does not exist, or if
   * its data or result cannot be copied, with the `cause`; `task_timeout`; `task_cancelled` by the signal or by `shutdown`;
   * `task_queue_full`
   */
  run<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    signal?: AbortSignal,
  ): Promise<TaskResult<Module, Name>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new TaskError('task_cancelled', `'${name}' does not run: the tasks are shut down`)
      if (signal?.aborted) throw new TaskError('task_cancelled', `'${name}' was cancelled`)
      if (this.#running.size + this.#waiting.size >= this.#maxThreads + this.#maxQueue) {
        throw new TaskError('task_queue_full', `'${name}' does not run: ${this.#waiting.size} tasks wait for a thread`)
      }
      this.#enter(name, data, signal, resolve as (result: unknown) => void, reject)
    })
  }

  /**
   * Connects the tasks to the ticks of a game: results become events of its rules, and callbacks run between ticks.
   * @throws TaskError `invalid_argument` for an event that the game does not have, or that a client may send
   */
  bind(target: TickTasksTarget, options: TickTasksOptions<Module> = {}): TickTasks<Module> {
    return new TickTasks(this, target, options, this.#logger)
  }

  /** Cancels all tasks, running ones too, and ends the threads. Later tasks are refused. */
  async shutdown(): Promise<void> {
    this.#isClosed = true
    const error = (name: string): TaskError => new TaskError('task_cancelled', `'${name}' was cancelled by a shutdown`)
    for (const task of [...this.#waiting, ...this.#running]) task.fail(error(task.name))
    await this.#pool.close()
  }

  #enter(
    name: string,
    data: unknown,
    signal: AbortSignal | undefined,
    resolve: (result: unknown) => void,
    reject: (error: TaskError) => void,
  ): void {
    const cancel = (): void => task.fail(new TaskError('task_cancelled', `'${name}' was cancelled`))
    let stopTimer = (): void => {}
    const leave = (): boolean => {
      const isOurs = this.#running.delete(task) || this.#waiting.delete(task)
      stopTimer()
      signal?.removeEventListener('abort', cancel)
      return isOurs
    }
    const task: Waiting = {
      name,
      data,
      thread: new AbortController(),
      done: (result) => {
        if (leave()) resolve(result)
        this.#beginNext()
      },
      fail: (error) => {
        if (leave()) reject(error)
        task.thread.abort()
        this.#beginNext()
      },
    }
    signal?.addEventListener('abort', cancel)
    if (this.#taskTimeoutMs !== Number.POSITIVE_INFINITY) {
      stopTimer = this.#clock.schedule(this.#taskTimeoutMs, () =>
        task.fail(new TaskError('task_timeout', `'${name}' has no result after ${this.#taskTimeoutMs} ms`)),
      )
    }
    this.#waiting.add(task)
    this.#beginNext()
  }

  #beginNext(): void {
    for (const task of this.#waiting) {
      if (this.#isClosed || this.#running.size >= this.#maxThreads) return
      this.#waiting.delete(task)
      this.#running.add(task)
      this.#pool.run(task.name, task.data, task.thread.signal).then(
        (result) => task.done(result),
        (error: unknown) => task.fail(failure(task.name, error)),
      )
    }
  }
}

function failure(name: string, cause: unknown): TaskError {
  return new TaskError('task_failed', `'${name}' failed: ${reasonOf(cause)}`, { cause })
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message
  // an exception of the runtime comes out of a thread as an empty object
  if (typeof cause === 'object' && cause !== null)
    return 'its thread ended, perhaps because its result cannot be copied'
  return String(cause)
}

/**
 * Makes tasks of the functions that a module exports. Threads are made when they are needed.
 * @typeParam Module the module, as `typeof import('./work.js')`: names, data and results follow from it
 * @throws TaskError `invalid_argument` for a wrong option
 */
export function createTasks<Module extends object>(options: TasksOptions): Tasks<Module> {
  return new Tasks<Module>(options)
}

/** The options of `createTasks`. */
export const tasksOptionRows: readonly OptionRow[] = [
  { name: 'file', default: undefined, unit: '', min: 0, meaning: 'The module whose exported functions are the tasks.' },
  {
    name: 'maxThreads',
    default: undefined,
    unit: 'threads',
    min: 1,
    whole: true,
    meaning: 'Tasks that run at a time, each in a thread. Default: the number of processors less one.',
  },
  {
    name: 'maxQueue',
    default: 1000,
    unit: 'tasks',
    min: 0,
    whole: true,
    meaning: 'Tasks that wait for a thread.',
    code: 'task_queue_full',
  },
  {
    name: 'taskTimeoutMs',
    default: 60_000,
    unit: 'ms',
    min: Number.MIN_VALUE,
    meaning: 'Time from `run` to the result. After it the thread is ended.',
    code: 'task_timeout',
  },
  { name: 'idleTimeoutMs', default: 30_000, unit: 'ms', min: 0, meaning: 'Time for which an idle thread is kept.' },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  {
    name: 'logger',
    default: undefined,
    unit: '',
    min: 0,
    meaning: 'Gets log entries; false silences them. Default: warnings and errors go to the console.',
  },
]

/** The options that are numbers, with their defaults. @throws TaskError `invalid_argument` naming the wrong one */
function checkNumbers(options: TasksOptions) {
  const fault = faultOfOptions('createTasks', tasksOptionRows, options)
  if (fault !== undefined) throw new TaskError('invalid_argument', fault)
  const {
    maxThreads = Math.max(1, availableParallelism() - 1),
    maxQueue = 1000,
    taskTimeoutMs = 60_000,
    idleTimeoutMs = 30_000,
  } = options
  if (maxThreads === Number.POSITIVE_INFINITY) {
    throw new TaskError('invalid_argument', 'maxThreads is a whole number from 1, not Infinity')
  }
  return { maxThreads, maxQueue, taskTimeoutMs, idleTimeoutMs }
}
