import type { KV } from '@nats-io/kv'
import type { Msg, NatsConnection, NodeConnectionOptions, Subscription } from '@nats-io/transport-node'
import type { Clock, Logger } from '@tygase/gamestate'
import {
  faultOfOptions,
  guard,
  guardedClock,
  Listeners,
  type LoggerOption,
  type OptionRow,
  settle,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import { checkBytes, checkName, type Engine } from '../engine.js'
import { ClusterError } from '../errors.js'
import { NatsRecords } from './nats-records.js'

/** Options of an engine that connects to NATS. */
export interface NatsEngineOptions {
  /** Addresses of NATS servers, as `nats://10.0.0.5:4222`. */
  servers: string | string[]
  /** Name of the bucket with the records, and first token of all subjects: one for each cluster. Default `tygase`. */
  bucket?: string
  /** Copies of each record, on so many NATS servers: 1, 3 or 5. Counts when the bucket is made. Default 1. */
  replicas?: number
  /** Time for a call of records, in ms. Default 2,000. */
  timeoutMs?: number
  /** Time for the first connection, in ms. Default 10,000. */
  startTimeoutMs?: number
  /** What else the NATS client takes: `tls`, `user`, `pass`, `token`, `authenticator` … */
  connection?: NodeConnectionOptions
  /** Default: real time. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `natsEngine`. */
export const natsEngineOptionRows: readonly OptionRow[] = [
  { name: 'servers', default: undefined, unit: '', min: 0, meaning: 'Addresses of NATS servers.' },
  {
    name: 'bucket',
    default: 'tygase',
    unit: '',
    min: 0,
    meaning: 'Name of the bucket with the records, and first token of all subjects: one for each cluster.',
  },
  {
    name: 'replicas',
    default: 1,
    unit: 'copies',
    min: 1,
    max: 5,
    whole: true,
    meaning: 'Copies of each record, on so many NATS servers. Counts when the bucket is made.',
  },
  {
    name: 'timeoutMs',
    default: 2000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for a call of records.',
    code: 'engine_timeout',
  },
  {
    name: 'startTimeoutMs',
    default: 10_000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for the first connection.',
    code: 'engine_unavailable',
  },
  {
    name: 'connection',
    default: undefined,
    unit: '',
    min: 0,
    meaning: 'What else the NATS client takes: `tls`, `user`, `pass`, `token`, `authenticator` …',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

/** Between two tries to connect. */
const reconnectMs = 100
/** A silent connection is given up after twice this time. */
const pingMs = 5000
/** Answers begin with one of these bytes. */
const answered = 0
const failed = 1

/**
 * An engine that connects to NATS with JetStream, version 2.9 or newer. It needs the packages `@nats-io/transport-node`,
 * `@nats-io/jetstream` and `@nats-io/kv`. It reconnects by itself, for as long as it takes.
 * @returns once it is connected and has its bucket. Rejects with ClusterError: `engine_unavailable` with the cause, `invalid_argument`
 */
export async function natsEngine(options: NatsEngineOptions): Promise<Engine> {
  const fault = faultOfOptions('natsEngine', natsEngineOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { servers, bucket = 'tygase', replicas = 1, timeoutMs = 2000, startTimeoutMs = 10_000, connection } = options
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
  if (!(Array.isArray(servers) && servers.length > 0 ? servers.every(isText) : isText(servers))) {
    throw new ClusterError('invalid_argument', 'natsEngine has servers: an address, or a list of addresses')
  }
  checkName(bucket)
  if (bucket.includes('.'))
    throw new ClusterError('invalid_argument', 'the name of a bucket is one token, without dots')
  const logger = toLogger(options.logger, options.clock)
  const clock = guardedClock(options.clock ?? systemClock, logger)
  const untilMs = clock.now() + startTimeoutMs
  let last: unknown
  for (;;) {
    let nats: NatsConnection | undefined
    try {
      const [{ connect }, { jetstream }, { Kvm }] = await Promise.all([
        import('@nats-io/transport-node'),
        import('@nats-io/jetstream'),
        import('@nats-io/kv'),
      ])
      nats = await connect({
        reconnectTimeWait: reconnectMs,
        pingInterval: pingMs,
        ...connection,
        servers,
        timeout: Math.max(1, untilMs - clock.now()),
        maxReconnectAttempts: -1,
      })
      const kv = await new Kvm(jetstream(nats, { timeout: timeoutMs })).create(bucket, { history: 1, replicas })
      return new NatsEngine(nats, kv, { bucket, timeoutMs, clock, logger })
    } catch (error) {
      last = error
      await nats?.close()
    }
    // NATS that has just started refuses connections, and then has no JetStream for a moment
    if (clock.now() + reconnectMs >= untilMs || (last as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') break
    await new Promise<void>((resolve) => clock.schedule(reconnectMs, resolve))
  }
  throw new ClusterError('engine_unavailable', `NATS cannot be used: ${messageOf(last)}`, { cause: last })
}

interface Settings {
  readonly bucket: string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly logger: Logger
}

class NatsEngine implements Engine {
  readonly records: NatsRecords
  readonly #nats: NatsConnection
  readonly #settings: Settings
  readonly #connection = new Listeners<[isConnected: boolean]>()
  /** Rejects calls that wait when the engine is closed. */
  readonly #waiting = new Set<(error: ClusterError) => void>()
  #isConnected = true
  #isClosed = false

  constructor(nats: NatsConnection, kv: KV, settings: Settings) {
    const { clock, logger } = settings
    this.#nats = nats
    this.#settings = settings
    this.records = new NatsRecords({
      kv,
      logger,
      call: (work) => this.#call(settings.timeoutMs, work).catch(whileStarting),
      schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
      checkOpen: () => this.#checkOpen(),
    })
    this.#follow().then(undefined, (err) => logger.error({ err }, 'the state of the connection to NATS is unknown'))
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  onConnection(listener: (isConnected: boolean) => unknown): () => void {
    return this.#connection.add(listener)
  }

  publish(subject: string, bytes: Uint8Array): void {
    checkName(subject)
    this.#checkOpen()
    const copy = checkBytes(bytes)
    // the client of NATS would keep it, and send it whenever it is connected again
    if (this.#isConnected) this.#nats.publish(this.#messagesTo(subject), copy)
  }

  subscribe(subject: string, listener: (bytes: Uint8Array) => unknown): () => void {
    checkName(subject)
    return this.#subscribe(this.#messagesTo(subject), {}, ({ data }) =>
      guard(this.#settings.logger, 'a subscriber failed', () => listener(data), { subject }),
    )
  }

  async request(
    subject: string,
    bytes: Uint8Array,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Uint8Array> {
    checkName(subject)
    const copy = checkBytes(bytes)
    const to = this.#requestsTo(subject)
    const { data } = await this.#call(timeoutMs, () => this.#nats.request(to, copy, { timeout: timeoutMs }))
    if (data[0] === answered) return data.subarray(1)
    throw new ClusterError('responder_failed', 'the responder has thrown or rejected; its server has logged why')
  }

  respond(subject: string, responder: (bytes: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>): () => void {
    checkName(subject)
    const { logger } = this.#settings
    return this.#subscribe(this.#requestsTo(subject), { queue: 'one' }, (message) => {
      const fail = (err: unknown): void => {
        logger.error({ err, subject }, 'a responder failed')
        if (!this.#isClosed) message.respond(Uint8Array.of(failed))
      }
      settle(
        () => responder(message.data),
        (bytes) => {
          try {
            const answer = checkBytes(bytes)
            const framed = new Uint8Array(answer.length + 1)
            framed[0] = answered
            framed.set(answer, 1)
            if (!this.#isClosed) message.respond(framed)
          } catch (error) {
            fail(error)
          }
        },
        fail,
      )
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const wasConnected = this.#isConnected
    this.#isConnected = false
    this.records.end()
    const error = closed()
    for (const reject of this.#waiting) reject(error)
    const { clock, timeoutMs } = this.#settings
    // what was published last has to leave
    if (wasConnected) {
      const late = new Promise<void>((resolve) => clock.schedule(timeoutMs, resolve))
      await Promise.race([this.#nats.flush().catch(() => {}), late])
    }
    await this.#nats.close()
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#nats.status()) {
      if (type === 'disconnect' || type === 'staleConnection') this.#setConnected(false)
      if (type === 'reconnect') this.#setConnected(true)
    }
    // the client has given up, as with credentials that have expired
    this.#setConnected(false)
  }

  #setConnected(isConnected: boolean): void {
    if (this.#isClosed || isConnected === this.#isConnected) return
    this.#isConnected = isConnected
    if (isConnected) this.records.reconnected()
    const { logger } = this.#settings
    this.#connection.each((listener) => guard(logger, 'a listener of onConnection failed', () => listener(isConnected)))
  }

  #subscribe(subject: string, options: { queue?: string }, onMessage: (message: Msg) => void): () => void {
    this.#checkOpen()
    let subscription: Subscription | undefined = this.#nats.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        // an error says that the subscription is not allowed
        if (error !== null) return this.#settings.logger.error({ err: error, subject }, 'NATS refuses a subscription')
        if (subscription !== undefined && !this.#isClosed) onMessage(message)
      },
    })
    return () => {
      if (!this.#isClosed) subscription?.unsubscribe()
      subscription = undefined
    }
  }

  /** Runs a call with a limit, and gives its errors codes. */
  #call<Value>(timeoutMs: number, work: () => Promise<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#checkOpen()
      if (!this.#isConnected) throw new ClusterError('engine_disconnected', 'the engine has no connection')
      const end = (error?: unknown): void => {
        cancel()
        this.#waiting.delete(end)
        if (error !== undefined) reject(error)
      }
      const late = (cause?: unknown): ClusterError =>
        new ClusterError('engine_timeout', `no answer within ${timeoutMs} ms`, { cause })
      const cancel = this.#settings.clock.schedule(timeoutMs, () => end(late()))
      this.#waiting.add(end)
      work().then(
        (value) => {
          end()
          resolve(value)
        },
        (error) => {
          if (error instanceof ClusterError) end(error)
          else if (isNoResponder(error)) {
            end(new ClusterError('engine_no_responder', 'no server responds to this subject', { cause: error }))
          } else end(late(error))
        },
      )
    })
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed()
  }

  #messagesTo(subject: string): string {
    return `${this.#settings.bucket}.m.${subject}`
  }

  #requestsTo(subject: string): string {
    return `${this.#settings.bucket}.r.${subject}`
  }
}

/** Of a call of records: while JetStream starts there is no service for them, and nothing has been written. */
function whileStarting(error: ClusterError): never {
  if (error.code !== 'engine_no_responder') throw error
  throw new ClusterError('engine_disconnected', 'NATS has no JetStream at the moment', { cause: error.cause })
}

/** The client names it in the error or in its cause. */
function isNoResponder(error: unknown): boolean {
  const { name, cause } = (error ?? {}) as { name?: string; cause?: unknown }
  return name === 'NoResponders' || name === 'JetStreamNotEnabled' || (cause !== undefined && isNoResponder(cause))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function closed(): ClusterError {
  return new ClusterError('engine_closed', 'the engine is closed')
}
