import { GameStateError, TygaseError } from './errors.js'
import type { WireOutcome } from './event-wire.js'
import type { Recipients, RuleContext } from './game.js'
import { createRandom } from './random.js'
import { transact } from './transaction.js'
import type { Immutable } from './values/immutable.js'
import { copyValue } from './values/kinds.js'

/** What a rule sends to clients when its tick has been committed. */
export interface Dispatch {
  readonly name: string
  readonly data: unknown
  readonly to: Recipients
}

/** Where in the game a rule runs. */
export interface RulePlace {
  readonly clientId: string
  readonly tick: number
  readonly time: number
  readonly seed: number
  /** The place of the rule among those of its tick, from 0. */
  readonly order: number
}

/** What became of a rule: with `error` set, `state` is the one it began with and nothing is dispatched. */
export interface RuleResult<State> {
  readonly state: Immutable<State>
  readonly outcome: WireOutcome
  readonly dispatches: readonly Dispatch[]
  /** Set when the rule failed by itself, not when it rejected. */
  readonly error: unknown
}

/** Thrown by `ctx.reject`. */
class Rejection extends TygaseError {}

const codeForm = /^[a-z][a-z0-9_]{0,63}$/

/** Runs one rule in a transaction of its own. Never throws for what the rule does. */
export function runRule<State>(
  base: Immutable<State>,
  rule: (state: State, ctx: RuleContext) => unknown,
  place: RulePlace,
): RuleResult<State> {
  const dispatches: Dispatch[] = []
  const ctx = createContext(place, dispatches)
  try {
    const { state, result } = transact<State, unknown>(base, (draft) => {
      const returned = rule(draft, ctx)
      if (isThenable(returned)) {
        // what the rest of it does to the dead draft fails, which is nothing that should end the process
        Promise.resolve(returned).catch(() => {})
        throw new GameStateError('handler_failed', 'a rule returned a promise: rules run within their tick')
      }
      // copied while the drafts in it are alive
      return returned === undefined ? undefined : copyValue(returned)
    })
    return { state, outcome: { kind: 'done', value: result }, dispatches, error: undefined }
  } catch (error) {
    if (error instanceof Rejection) {
      return {
        state: base,
        outcome: { kind: 'refused', code: error.code, message: error.message },
        dispatches: [],
        error: undefined,
      }
    }
    // what went wrong inside is nothing that a client should read
    const outcome: WireOutcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }
    return {
      state: base,
      outcome,
      dispatches: [],
      error: error ?? new GameStateError('handler_failed', 'a rule threw nothing'),
    }
  }
}

function createContext(place: RulePlace, dispatches: Dispatch[]): RuleContext {
  let random: (() => number) | undefined
  return {
    clientId: place.clientId,
    tick: place.tick,
    time: place.time,
    random() {
      random ??= createRandom(place.seed, place.tick, place.order)
      return random()
    },
    dispatch(name, data, options) {
      dispatches.push({ name, data: data === undefined ? undefined : copyValue(data), to: options?.to ?? 'all' })
    },
    reject(code, message = code) {
      if (!codeForm.test(code)) {
        throw new GameStateError('invalid_argument', `a code is lower-case letters, digits and underscores: ${code}`)
      }
      throw new Rejection(code, message)
    },
  }
}

/** Whether a value is a promise, of whatever make. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
