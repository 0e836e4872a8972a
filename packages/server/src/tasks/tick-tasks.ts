import type { EventWire, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import { guard } from '../guard.js'
import { TaskError } from './errors.js'
import type { TaskData, TaskName, TaskResult } from './task-types.js'

/** Takes away an event from clients. @returns a function that gives it back */
type Reserve = (name: never, handler: () => unknown) => () => void

/** A game with what its clients send it: a `Backend`, or a room. Of a machine alone clients may send the events that bring results. */
export interface TickTasksTarget {
  readonly machine: EventWire
  readonly server?: { registerEventHandler: Reserve }
  readonly onMessage?: Reserve
}

export interface TickTasksOptions<Module> {
  /** For each task the event of the game that brings its result, as its data. Default: none, callbacks alone are told. */
  results?: { readonly [Name in TaskName<Module>]?: string }
  /** The event that tells the rules of a task without a result: `{ task, code, message }`. Default: none. */
  failed?: string
}

export interface TickTaskOptions<Result> {
  /** Whose event the result is, for the rule's `ctx.clientId`. Default: nobody's, `''`. */
  clientId?: string
  /** Called between ticks: after the tick whose rules had the result, if they get it. */
  onResult?: (result: Result) => void
  /** Called between ticks, where there is no result or a rule refused it (`task_result_refused`). Default: it is logged. */
  onError?: (error: TaskError) => void
}

/** Runs a task and gives its result or a `TaskError`: `Tasks`. */
interface Runner<Module> {
  run<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    signal: AbortSignal,
  ): Promise<TaskResult<Module, Name>>
}

/**
 * Tasks whose results come back on the ticks of one game, in the order of their arrival. Results are events like those of clients, so
 * that whatever records the events of a game records them, too.
 */
export class TickTasks<Module extends object> {
  readonly #tasks: Runner<Module>
  readonly #machine: EventWire
  readonly #results: ReadonlyMap<string, string>
  readonly #failed: string | undefined
  readonly #logger: Logger
  readonly #begun = new Set<AbortController>()
  #isEnded = false
  /** What is called when the next tick is over. */
  #calls: (() => void)[] = []
  readonly #undo: (() => void)[] = []

  constructor(tasks: Runner<Module>, target: TickTasksTarget, options: TickTasksOptions<Module>, logger: Logger) {
    const { machine } = target
    const { results = {}, failed } = options
    this.#tasks = tasks
    this.#machine = machine
    this.#results = new Map(Object.entries(results as Record<string, string>))
    this.#failed = failed
    this.#logger = logger
    const events = new Set([...this.#results.values(), ...(failed === undefined ? [] : [failed])])
    for (const event of events) {
      if (machine.eventNames.includes(event)) continue
      throw new TaskError('invalid_argument', `the game has no event '${event}'`)
    }
    try {
      for (const event of events) this.#reserve(target, event)
    } catch (error) {
      this.end()
      throw error
    }
    this.#undo.push(machine.subscribe({ onTick: () => this.#callBack() }))
  }

  /**
   * Begins a task. Where nobody is told of its failure, it is logged. After `end` it begins nothing and tells nobody.
   * @returns a function that cancels it: `onError` is told then, `task_cancelled`. Harmless when it is over
   */
  start<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    options: TickTaskOptions<TaskResult<Module, Name>> = {},
  ): () => void {
    // a hook of a room that has ended may come late, and nobody would hear of what its thread finds
    if (this.#isEnded) return () => {}
    const cancelled = new AbortController()
    this.#begun.add(cancelled)
    this.#tasks
      .run(name, data, cancelled.signal)
      .finally(() => this.#begun.delete(cancelled))
      .then(
        (result) => this.#arrive(name, result, options),
        (error: TaskError) => this.#fail(name, error, options),
      )
    return () => cancelled.abort()
  }

  /** Cancels what was begun here, and tells nobody of it: for a game that ends. Clients may send the events again. */
  end(): void {
    this.#isEnded = true
    this.#calls = []
    for (const cancelled of this.#begun) cancelled.abort()
    for (const undo of this.#undo.splice(0)) undo()
  }

  #reserve(target: TickTasksTarget, event: string): void {
    const refuse = (): never => {
      throw new RefusalError('event_unknown', `'${event}' is no event of clients`)
    }
    const undo =
      target.onMessage?.(event as never, refuse) ?? target.server?.registerEventHandler(event as never, refuse)
    if (undo !== undefined) this.#undo.push(undo)
  }

  #arrive<Result>(name: string, result: Result, options: TickTaskOptions<Result>): void {
    if (this.#isEnded) return
    const { clientId = '', onResult } = options
    const event = this.#results.get(name)
    const tell = (): void => void this.#calls.push(() => onResult?.(result))
    if (event === undefined) return tell()
    this.#machine.pushEvent({
      name: event,
      data: result,
      clientId,
      settle: (outcome) => {
        if (outcome.kind === 'done') return tell()
        const { code, message } = outcome
        this.#fail(name, new TaskError('task_result_refused', `the result of '${name}': ${code}: ${message}`), options)
      },
    })
  }

  #fail(
    name: string,
    error: TaskError,
    { clientId = '', onError }: Pick<TickTaskOptions<never>, 'clientId' | 'onError'>,
  ): void {
    if (this.#isEnded) return
    const { code, message } = error
    if (onError === undefined) this.#logger.warn({ err: error, task: name }, 'a task has no result')
    else this.#calls.push(() => onError(error))
    if (this.#failed === undefined) return
    this.#machine.pushEvent({
      name: this.#failed,
      data: { task: name, code, message },
      clientId,
      settle: (outcome) => {
        if (outcome.kind === 'refused') this.#logger.warn({ task: name, code: outcome.code }, 'no rule takes a failure')
      },
    })
  }

  #callBack(): void {
    // what a callback brings about is told after the next tick
    for (const call of this.#calls.splice(0)) guard(this.#logger, 'a callback of a task failed', call)
  }
}
