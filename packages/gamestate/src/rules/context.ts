import { GameStateError, TygaseError } from '../errors.js'
import type { Transaction } from '../transaction.js'
import { copyValue } from '../values/kinds.js'
import { atOnce, isThenable, type Path } from '../values/plain.js'
import { type Dispatch, readDispatch } from './dispatch.js'
import type { RuleClient, RuleContext } from './game.js'

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
  /** The stream of a client's event: whether its sender knows it too. */
  readonly random: 'secret' | 'own'
  /**
   * True at a client that runs ahead of the server: there is no secret randomness for events, and `ctx.serverOnly` ends the
   * rule.
   */
  readonly predicting: boolean
  /** Whether an event runs, and not a step, join or leave. */
  readonly isEvent: boolean
  /** The place that the sender saw; undefined: none. */
  readonly seen: number | undefined
  /** Gives the state at that place, for `ctx.seen`. Called once at most. */
  readonly seenAt: ((place: number) => unknown) | undefined
  /** The state before the tick. Taken out after the run: a `ctx` that lives on must not keep a version in memory. */
  base: unknown
}

/** The result of a rule. One that was refused or failed has left the state as it was, and gives no dispatches. */
export interface RuleResult {
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

const doneWithNothing: Outcome = Object.freeze({ kind: 'done', value: undefined })

/** A rule: of an event with its data, of a step with the seconds. Joins and leaves have no data. */
export type Rule<State> = (state: State, data: never, ctx: RuleContext) => unknown

/** Runs one rule in the transaction of a tick. Throws nothing, even if the rule throws. */
export function runRule<State>(
  transaction: Transaction<State>,
  rule: Rule<State>,
  data: unknown,
  place: RulePlace,
): RuleResult {
  const ctx = new Context(place)
  try {
    const value = transaction.run((draft) => {
      let returned: unknown
      try {
        returned = rule(draft, data as never, ctx)
      } catch (error) {
        const end = ctx.end ?? error
        // what the rule has done before the part for the server alone is kept
        if (ctx.serverPart !== undefined && end === ctx.serverPart && end === error) return undefined
        throw end
      }
      if (isThenable(returned)) {
        // the rest of the rule will fail on the dead draft: that must not end the process
        Promise.resolve(returned).catch(() => {})
        throw new GameStateError('handler_failed', 'a rule returned a promise: a rule must end within its tick')
      }
      // a rule may have caught it by a try block of its own
      if (ctx.end !== undefined) throw ctx.end
      // copied while the drafts in it are alive
      return returned === undefined ? undefined : copyValue(returned, resultRoot)
    })
    const { dispatches = nothing } = ctx
    const outcome: Outcome = value === undefined ? doneWithNothing : { kind: 'done', value }
    return { outcome, dispatches, error: undefined, rejection: undefined }
  } catch (error) {
    if (place.predicting && place.isEvent) return notPredicted(error)
    if (error instanceof Rejection) {
      const outcome: Outcome = { kind: 'refused', code: error.code, message: error.message }
      return { outcome, dispatches: nothing, error: undefined, rejection: error }
    }
    // a client must not read internals of the server in the message of an error
    const outcome: Outcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }
    const known = error ?? new GameStateError('handler_failed', 'a rule threw nothing')
    return { outcome, dispatches: nothing, error: known, rejection: undefined }
  } finally {
    // also for the collector of garbage: a chain of versions through each `ctx` survived until its slow pass
    place.base = undefined
  }
}

/** The result of an event that a client cannot predict: the server may well do it, so that it is no failure. */
function notPredicted(error: unknown): RuleResult {
  const message = error instanceof Error ? error.message : String(error)
  const outcome: Outcome = { kind: 'refused', code: 'not_predicted', message }
  return { outcome, dispatches: nothing, error: undefined, rejection: undefined }
}

/**
 * The `ctx` of one run of a rule. Its methods may be taken off it: a rule may destructure them. Each is made when it is first
 * read, so that rules do not pay for those that they do not call.
 */
class Context implements RuleContext {
  readonly client: RuleClient
  readonly tick: number
  readonly time: number
  readonly #place: RulePlace
  /** The first that `ctx` has thrown to end the rule. It ends the rule, also if the rule catches it. */
  end: TygaseError | undefined
  /** Thrown by `serverOnly`. */
  serverPart: TygaseError | undefined
  dispatches: Dispatch[] | undefined
  #random: (() => number) | undefined
  /** What few rules ask for. */
  #rare: { ids: number; seen: { readonly state: unknown } | undefined } | undefined

  constructor(place: RulePlace) {
    this.#place = place
    this.client = place.client
    this.tick = place.tick
    this.time = place.time
  }

  get random(): () => number {
    this.#random ??= randomOf(this, this.#place)
    return this.#random
  }

  get dispatch(): RuleContext['dispatch'] {
    return (name: string, ...args: unknown[]) => {
      const { serverEvents, sequence, client } = this.#place
      if (!Object.hasOwn(serverEvents, name)) {
        throw new GameStateError('invalid_argument', `serverEvents of the game does not declare '${name}'`)
      }
      const dispatch = readDispatch(name, args)
      this.dispatches ??= []
      const origin = { clientId: client.id, sequence: sequence ?? 0, n: this.dispatches.length }
      this.dispatches.push(sequence === undefined ? dispatch : { ...dispatch, origin })
    }
  }

  get reject(): RuleContext['reject'] {
    return (code, message = code) => {
      throw endBy(this, rejectionOf(code, message))
    }
  }

  get seen(): unknown {
    const { seen, seenAt, base } = this.#place
    if (seen === undefined || seenAt === undefined) return base
    this.#rare ??= { ids: 0, seen: undefined }
    this.#rare.seen ??= { state: atOnce('seenAt', seenAt(seen)) ?? base }
    return this.#rare.seen.state
  }

  get newId(): () => string {
    return () => {
      this.#rare ??= { ids: 0, seen: undefined }
      return idOf(this.#place, this.#rare.ids++)
    }
  }

  get serverOnly(): () => void {
    return () => {
      if (!this.#place.predicting) return
      this.serverPart = notHere('the rest of the rule is for the server alone')
      throw endBy(this, this.serverPart)
    }
  }
}

function randomOf(ctx: Context, place: RulePlace): () => number {
  let stream: (() => number) | undefined
  return () => {
    // the numbers of a step, join or leave are a guess, which is shown until the server's version comes
    if (place.predicting && place.isEvent && !isOwn(place)) {
      throw endBy(ctx, notHere('the rule draws random numbers that only the server knows'))
    }
    stream ??= streamOf(place)
    return stream()
  }
}

function endBy(ctx: Context, end: TygaseError): TygaseError {
  ctx.end ??= end
  return end
}

function notHere(message: string): GameStateError {
  return new GameStateError('not_predicted', message)
}

function rejectionOf(code: string, message: string): Rejection {
  if (!codeForm.test(code)) {
    throw new GameStateError('invalid_argument', `a code has lower-case letters, digits and underscores: '${code}'`)
  }
  return new Rejection(code, message)
}

/**
 * The stream of `ctx.random()`. A client's event has one named by its sender and number: it draws the same numbers in
 * every tick, so that a client can predict it if no seed is in the name. Other rules have one named by the tick and their
 * place in it.
 */
function streamOf(run: RulePlace): () => number {
  const { seed, tick, place, sequence, client } = run
  if (sequence === undefined) return createRandom(seed, 0, tick, place)
  const sender = hashText(client.id)
  return isOwn(run) ? createRandom(ownStreams, sender, sequence) : createRandom(seed, 1, sender, sequence)
}

/** True if the stream is one that the sender of the event knows. */
function isOwn({ random, sequence }: RulePlace): boolean {
  return random === 'own' && sequence !== undefined
}

/** In place of a seed: any number. */
const ownStreams = 0x6f776e

/**
 * A new id, of at most 40 characters. A client's event has one of its sender and number, so that both ends make the same:
 * `e`, nine characters of a hash of the client's id (54 bits), then the number, and after `-` the number of the call from
 * 1 on. Other rules have one of the tick, the place in it and the call: `t5-0-2`. The first letter is that of the kind.
 */
function idOf({ tick, place, sequence, client }: RulePlace, call: number): string {
  const suffix = call === 0 ? '' : `-${call.toString(36)}`
  if (sequence === undefined) return `t${tick.toString(36)}-${place.toString(36)}${suffix}`
  return `e${nameOf(client.id)}${sequence.toString(36)}${suffix}`
}

const urlSafe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Nine characters that name a text: 54 bits of a hash. */
function nameOf(text: string): string {
  let name = ''
  let hash = hashText(text)
  for (let digit = 0; digit < 9; digit++) {
    // 30 bits of the first hash, 24 of a second one
    if (digit === 5) hash = hashText(`${text}/`)
    name += urlSafe[hash & 63]
    hash >>>= 6
  }
  return name
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
