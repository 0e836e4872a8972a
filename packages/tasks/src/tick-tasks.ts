import type { AnyGame, GameStateMachine, Logger } from '@tygase/gamestate'
import { type Checked, guard, validateEvent } from '@tygase/gamestate/internal'
import { TaskError } from './errors.js'
import type { TaskData, TaskName, TaskResult } from './task-types.js'

/** A game with its machine: a room, or a server with one game. */
export interface TickTasksTarget {
  readonly machine: Pick<GameStateMachine<AnyGame>, 'game' | 'push' | 'onTick'>
}

export interface TickTasksOptions<Module> {
  /** For each task the event that brings its result as its data, declared with `{ from: 'server' }`. Default: callbacks only. */
  results?: { readonly [Name in TaskName<Module>]?: string }
  /** The event that brings a failure to the rules, as `{ task, code, message }`. Default: none. */
  failed?: string
}

/** Options of a task whose result comes back on a tick. */
export interface TickTaskOptions<Result> {
  /** Called between ticks, after the tick whose rule got the result. */
  onResult?: (result: Result) => void
  /** Called between ticks if there is no result, or if a rule refused it (`task_result_refused`). Default: it is logged. */
  onError?: (error: TaskError) => void
}

/** Runs a task: `Tasks`. */
interface Runner<Module> {
  run<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    signal: AbortSignal,
  ): Promise<TaskResult<Module, Name>>
}

/** Called with the refusal of an event, or with undefined if its rule is done. */
type Settle = (refusal: { readonly code: string; readonly message: string } | undefined) => void

/**
 * Tasks whose results come back on the ticks of one game, in the order of their arrival. Results are inputs of a tick like all
 * others, so a recording of the game has them too.
 */
export class TickTasks<Module extends object> {
  readonly #tasks: Runner<Module>
  readonly #machine: TickTasksTarget['machine']
  readonly #results: ReadonlyMap<string, string>
  readonly #failed: string | undefined
  readonly #logger: Logger
  readonly #begun = new Set<AbortController>()
  /** Events that wait for their tick, by the result of their schema, which is an object of each event's own. */
  readonly #pushed = new Map<Checked, Settle>()
  #isEnded = false
  /** Called after the next tick. */
  #calls: { readonly name: string; readonly work: () => unknown }[] = []
  readonly #off: () => void

  constructor(tasks: Runner<Module>, target: TickTasksTarget, options: TickTasksOptions<Module>, logger: Logger) {
    const { machine } = target
    const { results = {}, failed } = options
    this.#tasks = tasks
    this.#machine = machine
    this.#results = new Map(Object.entries(results as Record<string, string>))
    this.#failed = failed
    this.#logger = logger
    for (const event of [...this.#results.values(), ...(failed === undefined ? [] : [failed])]) {
      const rule = Object.hasOwn(machine.game.events, event) ? machine.game.events[event] : undefined
      if (rule === undefined) throw new TaskError('invalid_argument', `the game has no event '${event}'`)
      if (rule.from === 'server') continue
      throw new TaskError(
        'invalid_argument',
        `clients may send the event '${event}': declare it with { from: 'server' }`,
      )
    }
    this.#off = machine.onTick(({ inputs, outcomes }) => {
      for (const [place, input] of inputs.entries()) {
        if (input.kind === 'event' && input.checked !== undefined) this.#settle(input.checked, outcomes[place])
      }
      this.#callBack()
    })
  }

  /**
   * Begins a task. A failure without `onError` is logged. After `end` it does nothing.
   * @returns a function that cancels the task; then `onError` gets `task_cancelled`. After the task it does nothing.
   */
  start<Name extends TaskName<Module>>(
    name: Name,
    data: TaskData<Module, Name>,
    options: TickTaskOptions<TaskResult<Module, Name>> = {},
  ): () => void {
    // a hook of a room that has ended may come late, and its result would reach no one
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
      // a machine or a schema that throws must not end the process
      .catch((error: unknown) => this.#logger.error({ err: error, task: name }, 'the result of a task got lost'))
    return () => cancelled.abort()
  }

  /** Cancels the tasks that were begun here, without callbacks and events: for a game that ends. */
  end(): void {
    this.#isEnded = true
    this.#calls = []
    this.#pushed.clear()
    for (const cancelled of this.#begun) cancelled.abort()
    this.#off()
  }

  #arrive<Result>(name: string, result: Result, options: TickTaskOptions<Result>): void {
    if (this.#isEnded) return
    const event = this.#results.get(name)
    const callOnResult = (): void => void this.#calls.push({ name: 'onResult', work: () => options.onResult?.(result) })
    if (event === undefined) return callOnResult()
    this.#push(event, result, (refusal) => {
      if (refusal === undefined) return callOnResult()
      const { code, message } = refusal
      this.#fail(name, new TaskError('task_result_refused', `the result of '${name}': ${code}: ${message}`), options)
    })
  }

  #fail(name: string, error: TaskError, { onError }: Pick<TickTaskOptions<never>, 'onError'>): void {
    if (this.#isEnded) return
    const { code, message } = error
    if (onError === undefined) this.#logger.warn({ err: error, task: name }, 'a task has no result')
    else this.#calls.push({ name: 'onError', work: () => onError(error) })
    if (this.#failed === undefined) return
    this.#push(this.#failed, { task: name, code, message }, (refusal) => {
      if (refusal !== undefined) {
        this.#logger.warn({ task: name, code: refusal.code }, 'the rule for failures refused one')
      }
    })
  }

  #push(name: string, data: unknown, settle: Settle): void {
    const valid = validateEvent(this.#machine.game, name, data)
    if ('code' in valid) return settle(valid)
    const checked: Checked = { value: valid.value }
    const refused = this.#machine.push({ kind: 'event', name, data, checked })
    if (refused?.kind === 'refused') settle(refused)
    else this.#pushed.set(checked, settle)
  }

  #settle(checked: Checked, outcome: { kind: string; code?: string; message?: string } | undefined): void {
    const settle = this.#pushed.get(checked)
    if (settle === undefined) return
    this.#pushed.delete(checked)
    if (outcome?.kind === 'refused') settle({ code: outcome.code ?? '', message: outcome.message ?? '' })
    else settle(undefined)
  }

  #callBack(): void {
    // callbacks that these add are called after the next tick
    for (const { name, work } of this.#calls.splice(0)) guard(this.#logger, `${name} of a task failed`, work)
  }
}
