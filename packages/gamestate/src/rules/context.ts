import { isThenable } from '../callbacks.js'
import { GameStateError, TygaseError } from '../errors.js'
import { runTransaction } from '../transaction.js'
import type { Immutable } from '../values/immutable.js'
import { copyValue } from '../values/kinds.js'
import type { Path } from '../values/plain.js'
import { type Dispatch, type RuleClient, type RuleContext, readDispatch } from './game.js'

/** The end of an input: its rule ran, or the input was refused and left no trace. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** Where a rule runs, and for which client. */
export interface RulePlace {
  readonly client: RuleClient
  readonly tick: number
  /** Seconds of game time. */
  readonly time: number
  readonly seed: number
  /** The place of the rule in its tick: 0 for `timeStep`, n for the n-th input. */
  readonly place: number
  /** The events that the game declares for `dispatch`. */
  readonly serverEvents: object
  /** The number of a client's event. Undefined for all other rules. */
  readonly sequence: number | undefined
}

/** The result of a rule. A rule that was refused or failed gives the state that it began with and no dispatches. */
export interface RuleResult<State> {
  readonly state: Immutable<State>
  readonly outcome: Outcome
  readonly dispatches: readonly Dispatch[]
  /** The error of a rule that failed. Undefined after `ctx.reject`. */
  readonly error: unknown
  /** What `ctx.reject` has thrown. */
  readonly rejection: unknown
}

/** The client of rules that no client has caused: `timeStep`, and the server's own events. */
export const serverClient: RuleClient = Object.freeze({
  id: '',
  userId: undefined,
  name: undefined,
  isHost: false,
  data: undefined,
})

/** Thrown by `ctx.reject`. */
class Rejection extends TygaseError {}

const codeForm = /^[a-z][a-z0-9_]{0,63}$/
const nothing: readonly never[] = []

/** The root of what a rule returns, for messages. */
const resultRoot: Path = { parent: undefined, key: 'result', holder: 'a result' }

/** Runs one rule in a transaction of its own. Throws nothing, even if the rule throws. */
export function runRule<State>(
  base: Immutable<State>,
  rule: (state: State, ctx: RuleContext) => unknown,
  place: RulePlace,
): RuleResult<State> {
  const dispatches: Dispatch[] = []
  const ctx = new Context(place, dispatches)
  try {
    const { state, result } = runTransaction<State, unknown>(base, (draft) => {
      let returned: unknown
      try {
        returned = rule(draft, ctx)
      } catch (error) {
        throw ctx.rejection ?? error
      }
      if (isThenable(returned)) {
        // the rest of the rule will fail on the dead draft: that must not end the process
        Promise.resolve(returned).catch(() => {})
        throw new GameStateError('handler_failed', 'a rule returned a promise: a rule must end within its tick')
      }
      // a rule may have caught it by a try block of its own
      if (ctx.rejection !== undefined) throw ctx.rejection
      // copied while the drafts in it are alive
      return returned === undefined ? undefined : copyValue(returned, resultRoot)
    })
    return { state, outcome: { kind: 'done', value: result }, dispatches, error: undefined, rejection: undefined }
  } catch (error) {
    if (error instanceof Rejection) {
      const outcome: Outcome = { kind: 'refused', code: error.code, message: error.message }
      return { state: base, outcome, dispatches: nothing, error: undefined, rejection: error }
    }
    // a client must not read internals of the server in the message of an error
    const outcome: Outcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }
    const known = error ?? new GameStateError('handler_failed', 'a rule threw nothing')
    return { state: base, outcome, dispatches: nothing, error: known, rejection: undefined }
  }
}

/** The `ctx` of one run of a rule. Its methods may be taken off it: a rule may destructure them. */
class Context implements RuleContext {
  readonly client: RuleClient
  readonly tick: number
  readonly time: number
  readonly random: () => number
  readonly dispatch: RuleContext['dispatch']
  readonly reject: RuleContext['reject']
  /** The first that the rule has thrown. It ends the rule, also if the rule catches it. */
  rejection: Rejection | undefined

  constructor(place: RulePlace, dispatches: Dispatch[]) {
    this.client = place.client
    this.tick = place.tick
    this.time = place.time
    let stream: (() => number) | undefined
    this.random = () => {
      stream ??= streamOf(place)
      return stream()
    }
    this.dispatch = (name: string, ...args: unknown[]) => {
      if (!Object.hasOwn(place.serverEvents, name)) {
        throw new GameStateError('invalid_argument', `serverEvents of the game does not declare '${name}'`)
      }
      dispatches.push(readDispatch(name, args))
    }
    this.reject = (code, message = code) => {
      const rejection = rejectionOf(code, message)
      this.rejection ??= rejection
      throw rejection
    }
  }
}

function rejectionOf(code: string, message: string): Rejection {
  if (!codeForm.test(code)) {
    throw new GameStateError('invalid_argument', `a code has lower-case letters, digits and underscores: '${code}'`)
  }
  return new Rejection(code, message)
}

/**
 * The stream of `ctx.random()`. A client's event has one named by its sender and number: it draws the same numbers in
 * every tick, so that a client can predict it. Other rules have one named by the tick and their place in it.
 */
function streamOf({ seed, tick, place, sequence, client }: RulePlace): () => number {
  return sequence === undefined
    ? createRandom(seed, 0, tick, place)
    : createRandom(seed, 1, hashText(client.id), sequence)
}

/**
 * A stream of numbers in [0, 1), named by integers: the same integers give the same stream on every machine.
 * The generator is sfc32 of the PractRand suite by Chris Doty-Humphrey. Its state is filled by hashing the names with
 * the finaliser of MurmurHash3 by Austin Appleby, so that neighbouring names give unrelated streams.
 *
 * @param names any integers, taken modulo 2^32: a seed, a tick, a place within the tick
 */
export function createRandom(...names: readonly number[]): () => number {
  let hash = 0x9e3779b9
  for (const name of names) hash = mix(hash ^ mix(name | 0))
  let a = mix(hash + 1)
  let b = mix(hash + 2)
  let c = mix(hash + 3)
  let counter = 1
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }
}

/** An integer of 32 bits that names a text: the same text gives the same integer on every machine. */
export function hashText(text: string): number {
  let hash = mix(text.length + 1)
  for (let index = 0; index < text.length; index++) hash = mix(hash ^ text.charCodeAt(index))
  return hash
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
