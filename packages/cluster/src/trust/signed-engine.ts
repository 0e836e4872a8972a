import type { Clock, Logger } from '@tygase/gamestate'
import {
  copyBytes,
  faultOfOptions,
  guard,
  guardedClock,
  guardedTime,
  isBytes,
  Listeners,
  type LoggerOption,
  type OptionRow,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import { checkBytes, checkName, type Engine, type EngineRecords, type EngineSockets } from '../engine.js'
import { ClusterError } from '../errors.js'
import { Refusals } from './refusals.js'
import { Seal, type SealKind, sealBytes } from './seal.js'
import { SignedRecords } from './signed-records.js'
import { Stamps, stampBytes } from './stamps.js'

/** Default of `quietMs`: some leases of the usual length. */
export const usualQuietMs = 30_000

/** Options of an engine that signs. */
export interface SignEngineOptions {
  /** What all servers of the game share, and no client knows: a text or bytes, 16 bytes at least. Random ones, not a word. */
  secret: string | Uint8Array
  /**
   * Before all subjects and keys: games with other names do not meet at one service. 1 to 32 letters, digits, `_` and `-`; names of
   * subjects and keys are as much shorter, and a dot. Default `tygase`.
   */
  name?: string
  /** Messages and requests whose time differs by more from the time of day here are refused, in ms. Default 300,000. */
  maxSkewMs?: number
  /**
   * A record that does not verify counts as not there once nothing else that is forged has come for so long, in ms. Longer than the
   * longest lease. Default 30,000.
   */
  quietMs?: number
  /** Default: real time. */
  clock?: Clock
  /** The time of day, in ms. Default: the system's. */
  wallClock?: { now(): number }
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `signEngine`. */
export const signEngineOptionRows: readonly OptionRow[] = [
  {
    name: 'secret',
    default: undefined,
    unit: '',
    min: 0,
    meaning: 'What all servers of the game share, and no client knows: a text or bytes, 16 bytes at least.',
  },
  {
    name: 'name',
    default: 'tygase',
    unit: '',
    min: 0,
    meaning: 'Before all subjects and keys: games with other names do not meet at one service.',
  },
  {
    name: 'maxSkewMs',
    default: 300_000,
    unit: 'ms',
    min: 1000,
    max: 86_400_000,
    meaning: 'Messages and requests whose time differs by more from the time of day here are refused.',
  },
  {
    name: 'quietMs',
    default: usualQuietMs,
    unit: 'ms',
    min: 0,
    max: 86_400_000,
    meaning: 'A record that does not verify counts as not there once nothing else that is forged has come for so long.',
    code: 'record_forged',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  { name: 'wallClock', default: undefined, unit: '', min: 0, meaning: "The time of day. Default: the system's." },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

/** An engine that takes only what servers with the same secret have sent. */
export interface SignedEngine extends Engine {
  /** Messages, requests, answers and records that did not verify, came too late or came twice. */
  readonly refused: number
}

const minSecretBytes = 16
const nameForm = /^[\w-]{1,32}$/
/** Most bytes of a message or record: an engine takes 512 KiB with the seal. */
export const maxSignedBytes = 512 * 1024 - stampBytes - sealBytes
const none: Uint8Array = new Uint8Array()

/**
 * Puts a seal on all that goes through an engine: HMAC-SHA-256 by a shared secret, over subject or key and bytes. What does not verify
 * is dropped, counted and logged, at most once a second. It guards against clients and other games that get at the service, not against
 * those who may delete its records: give the service credentials too. Bytes are not encrypted.
 *
 * Messages and requests count once, within `maxSkewMs`. An answer counts for its request alone. A request that the other server refuses,
 * or an answer that does not verify, rejects with ClusterError `engine_untrusted`; a record that does not verify, with `record_forged`
 * for a time. Messages and records have 57 bytes less than 512 KiB.
 * @param engine closed by `close` of the new one
 * @throws ClusterError `invalid_argument` for a short secret, a name, another option
 */
export function signEngine(engine: Engine, options: SignEngineOptions): SignedEngine {
  const fault = faultOfOptions('signEngine', signEngineOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { name = 'tygase' } = options
  if (typeof name !== 'string' || !nameForm.test(name)) {
    throw new ClusterError('invalid_argument', `name has 1 to 32 letters, digits, '_' and '-'`)
  }
  return new SigningEngine(engine, bytesOfSecret(options.secret), name, options)
}

/** @throws ClusterError `invalid_argument`, which does not have the secret in its text */
function bytesOfSecret(secret: unknown): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (isBytes(bytes) && bytes.length >= minSecretBytes) return copyBytes(bytes)
  throw new ClusterError('invalid_argument', `secret is a text or a Uint8Array of ${minSecretBytes} bytes at least`)
}

/** The one subscription of a subject at the engine below. */
interface Subscription {
  readonly listeners: Listeners<[bytes: Uint8Array]>
  readonly off: () => void
}

class SigningEngine implements SignedEngine {
  readonly records: EngineRecords
  readonly will?: (key: string, value: Uint8Array) => void
  /** Goes from process to process of one machine, past any service. */
  readonly sockets?: EngineSockets
  readonly #engine: Engine
  readonly #seal: Seal
  readonly #stamps: Stamps
  readonly #refusals: Refusals
  readonly #logger: Logger
  readonly #prefix: string
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #signedRecords: SignedRecords
  #isClosed = false

  constructor(engine: Engine, secret: Uint8Array, name: string, options: SignEngineOptions) {
    const logger = toLogger(options.logger, options.clock)
    const clock = guardedClock(options.clock ?? systemClock, logger)
    const { wallClock = { now: () => Date.now() }, maxSkewMs = 300_000, quietMs = usualQuietMs } = options
    this.#engine = engine
    this.#seal = new Seal(secret, name)
    this.#stamps = new Stamps(
      guardedTime(() => wallClock.now(), logger, 'wallClock failed'),
      maxSkewMs,
    )
    this.#refusals = new Refusals(engine, clock, logger, quietMs)
    this.#logger = logger
    this.#prefix = `${name}.`
    const close = (key: string, value: Uint8Array): Uint8Array => this.#close('record', key, none, value)
    this.#signedRecords = new SignedRecords({
      ...{ records: engine.records, seal: this.#seal, refusals: this.#refusals, clock, logger, close },
      prefix: this.#prefix,
    })
    this.records = this.#signedRecords
    if (engine.will !== undefined) {
      this.will = (key, value) => {
        checkName(key)
        engine.will?.(this.#prefix + key, close(key, value))
      }
    }
    if (engine.sockets !== undefined) this.sockets = engine.sockets
    engine.onConnection((isConnected) => {
      if (isConnected) this.#refusals.waitAnew()
    })
  }

  get isConnected(): boolean {
    return this.#engine.isConnected
  }

  get refused(): number {
    return this.#refusals.count
  }

  onConnection(listener: (isConnected: boolean) => unknown): () => void {
    return this.#engine.onConnection(listener)
  }

  publish(subject: string, bytes: Uint8Array): void {
    checkName(subject)
    this.#engine.publish(this.#prefix + subject, this.#close('message', subject, this.#stamps.next(), bytes))
  }

  subscribe(subject: string, listener: (bytes: Uint8Array) => unknown): () => void {
    checkName(subject)
    if (this.#isClosed) throw new ClusterError('engine_closed', 'the engine is closed')
    // all listeners of a subject get what is opened once: a stamp counts once
    const { listeners, off } = this.#subscriptions.get(subject) ?? this.#subscribe(subject)
    const remove = listeners.add(listener)
    return () => {
      remove()
      if (listeners.size > 0 || this.#subscriptions.get(subject)?.listeners !== listeners) return
      this.#subscriptions.delete(subject)
      off()
    }
  }

  async request(subject: string, bytes: Uint8Array, options: { readonly timeoutMs: number }): Promise<Uint8Array> {
    checkName(subject)
    const stamp = this.#stamps.next()
    const request = this.#close('request', subject, stamp, bytes)
    const answer = await this.#engine.request(this.#prefix + subject, request, options)
    const opened = this.#seal.open('answer', subject, 0, answer, stamp)
    if (opened !== undefined) return opened.body
    // a refusal of the responder has no bytes; it was counted there
    if (answer.length > 0) this.#refusals.refuse('secret')
    throw new ClusterError(
      'engine_untrusted',
      'the answer does not verify, or the request was refused: the secret or the time of day differs',
    )
  }

  respond(subject: string, responder: (bytes: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>): () => void {
    checkName(subject)
    return this.#engine.respond(this.#prefix + subject, async (sealed) => {
      const opened = this.#open('request', subject, sealed)
      if (opened === undefined) return none
      const answer = await responder(opened.body)
      return this.#close('answer', subject, none, answer, opened.head)
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#subscriptions.clear()
    this.#signedRecords.stop()
    await this.#engine.close()
  }

  #subscribe(subject: string): Subscription {
    const listeners: Subscription['listeners'] = new Listeners()
    const off = this.#engine.subscribe(this.#prefix + subject, (sealed) => {
      const bytes = this.#open('message', subject, sealed)?.body
      if (bytes === undefined) return
      const call = (listener: (bytes: Uint8Array) => unknown): void =>
        guard(this.#logger, 'a subscriber failed', () => listener(bytes), { subject })
      listeners.each(call)
    })
    const subscription = { listeners, off }
    this.#subscriptions.set(subject, subscription)
    return subscription
  }

  /** @throws ClusterError `engine_too_large`, `invalid_argument` */
  #close(kind: SealKind, label: string, head: Uint8Array, bytes: Uint8Array, context?: Uint8Array): Uint8Array {
    const body = checkBytes(bytes)
    if (body.length > maxSignedBytes) {
      throw new ClusterError('engine_too_large', `${body.length} bytes are more than ${maxSignedBytes}`)
    }
    return this.#seal.close(kind, label, head, body, context)
  }

  /** @returns undefined for what is refused */
  #open(kind: 'message' | 'request', subject: string, sealed: Uint8Array) {
    const opened = this.#seal.open(kind, subject, stampBytes, sealed)
    const fault = opened === undefined ? 'secret' : this.#stamps.take(opened.head)
    if (fault === undefined) return opened
    this.#refusals.refuse(fault)
    return undefined
  }
}
