import { type Clock, type Logger, silentLogger } from '@tygase/gamestate'
import { systemClock } from '../system-clock.js'
import { TaskError } from './errors.js'
import { checkNumbers, type TasksOptions } from './task-options.js'
import { type TaskPool, threadPool } from './task-pool.js'
import type { TaskData, TaskName, TaskResult } from './task-types.js'
import { TickTasks, type TickTasksOptions, type TickTasksTarget } from './tick-tasks.js'

interface Waiting {
  readonly name: string
  readonly data: unknown
  readonly thread: AbortController
  done(result: unknown): void
  fail(error: TaskError): void
}

/**
 * Work that would hold up the ticks, done in threads.
 *
 * Invariants: no more tasks are run than there are threads, and they are begun in the order in which they were asked for; each
 * is settled once, and its thread is free, or ended, by then.
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

  /** @param pool for tests: where tasks are run. @throws TaskError `invalid_argument` */
  constructor(options: TasksOptions, pool?: TaskPool) {
    const { file, clock = systemClock, logger = silentLogger } = options
    const { maxThreads, maxQueue, taskTimeoutMs, idleTimeoutMs } = checkNumbers(options)
    this.#clock = clock
    this.#logger = logger
    this.#maxThreads = maxThreads
    this.#maxQueue = maxQueue
    this.#taskTimeoutMs = taskTimeoutMs
    this.#pool = pool ?? threadPool({ file, maxThreads, idleTimeoutMs, logger })
  }

  /** Tasks that wait for a thread. */
  get waiting(): number {
    return this.#waiting.size
  }

  get running(): number {
    return this.#running.size
  }

  /**
   * Runs a task.
   * @param data is copied to the thread, as `structuredClone` does
   * @param signal cancels it, and ends its thread when it has begun
   * @returns what the task gives. Rejects with a TaskError: `task_failed` when it throws, crashes or is not there, or when what it
   * is given or gives cannot be copied, with the `cause`; `task_timeout`; `task_cancelled` by the signal or by `shutdown`;
   * `task_queue_full`
   */
  run<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    signal?: AbortSignal,
  ): Promise<TaskResult<Module, Name>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new TaskError('task_cancelled', `'${name}' is not run: the tasks are shut down`)
      if (signal?.aborted) throw new TaskError('task_cancelled', `'${name}' was cancelled`)
      if (this.#running.size + this.#waiting.size >= this.#maxThreads + this.#maxQueue) {
        throw new TaskError('task_queue_full', `'${name}' is not run: ${this.#waiting.size} tasks wait for a thread`)
      }
      this.#enter(name, data, signal, resolve as (result: unknown) => void, reject)
    })
  }

  /**
   * Joins the tasks to the ticks of a game: results come to its rules as events, and callbacks are called between ticks.
   * @throws TaskError `invalid_argument` for an event that the game does not have
   */
  bind(target: TickTasksTarget, options: TickTasksOptions<Module> = {}): TickTasks<Module> {
    return new TickTasks(this, target, options, this.#logger)
  }

  /** Cancels all tasks, those that run as well, and ends the threads. Nothing can be run any more. */
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
        task.fail(new TaskError('task_timeout', `'${name}' gave nothing for ${this.#taskTimeoutMs} ms`)),
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
  // an exception of the platform comes out of a thread as an empty object
  if (typeof cause === 'object' && cause !== null) return 'its thread ended; what it gave cannot be copied, perhaps'
  return String(cause)
}
