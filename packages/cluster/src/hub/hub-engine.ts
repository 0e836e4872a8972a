import type { Clock, Logger } from '@tygase/gamestate'
import { guard, Listeners, settle } from '@tygase/gamestate/internal'
import {
  checkBytes,
  checkName,
  type Engine,
  type EngineRecord,
  type EngineRecords,
  type EngineSockets,
  type RecordChange,
} from '../engine.js'
import { ClusterError } from '../errors.js'
import { WatchView } from '../watch-view.js'
import type { Call, CallFailure, CallResult, ToEngine, ToHub } from './messages.js'

/** What an engine needs of its transport. */
export interface HubEngineOptions {
  readonly clock: Clock
  /** For calls of records, in ms. */
  readonly timeoutMs: number
  readonly logger: Logger
  /** Throws nothing. */
  readonly send: (message: ToHub) => void
  readonly onClose: () => void
  /** Of a transport that carries sockets as well. */
  readonly sockets?: EngineSockets
}

type Distributive<Calls> = Calls extends unknown ? Omit<Calls, 'id'> : never

const failures: Record<CallFailure, string> = {
  record_conflict: 'the record has another revision',
  engine_no_responder: 'no server responds to this subject',
  responder_failed: 'the responder has thrown or rejected; its server has logged why',
}

/** An engine whose other end is a hub. Its transport gives it what comes from there, and the state of the connection. */
export class HubEngine implements Engine {
  readonly sockets?: EngineSockets
  readonly #options: HubEngineOptions
  readonly #connection = new Listeners<[isConnected: boolean]>()
  readonly #subscriptions = new Map<string, Listeners<[bytes: Uint8Array]>>()
  readonly #responders = new Map<string, Set<Parameters<Engine['respond']>[1]>>()
  readonly #watches = new Map<number, { readonly prefix: string; readonly view: WatchView }>()
  readonly #wills = new Map<string, Uint8Array>()
  readonly #calls = new Map<number, { done(result: CallResult): void; fail(error: ClusterError): void }>()
  #lastId = 0
  #areInterestsDue = false
  #isConnected = false
  #isClosed = false

  constructor(options: HubEngineOptions) {
    this.#options = options
    if (options.sockets !== undefined) this.sockets = options.sockets
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  /** The transport has a connection, or has none any more. With a new one the hub hears of all interests. */
  setConnected(isConnected: boolean): void {
    if (this.#isClosed || isConnected === this.#isConnected) return
    this.#isConnected = isConnected
    if (isConnected) this.sendInterests()
    const { logger } = this.#options
    this.#connection.each((listener) => guard(logger, 'a listener of onConnection failed', () => listener(isConnected)))
  }

  /** Takes what the hub has sent. */
  receive(message: ToEngine): void {
    if (this.#isClosed) return
    const { logger } = this.#options
    switch (message.type) {
      case 'result':
        return this.#calls.get(message.id)?.done(message)
      case 'message': {
        const { subject, bytes } = message
        const call = (listener: (bytes: Uint8Array) => unknown): void =>
          guard(logger, 'a subscriber failed', () => listener(bytes), { subject })
        return this.#subscriptions.get(subject)?.each(call)
      }
      case 'ask':
        return this.#answer(message)
      case 'records':
        return this.#watches.get(message.id)?.view.reset(message.records, message.revision)
      case 'change':
        return this.#watches.get(message.id)?.view.change(message.change)
    }
  }

  onConnection(listener: (isConnected: boolean) => unknown): () => void {
    return this.#connection.add(listener)
  }

  publish(subject: string, bytes: Uint8Array): void {
    this.#check(subject)
    const copy = checkBytes(bytes)
    if (this.#isConnected) this.#send({ type: 'publish', subject, bytes: copy })
  }

  subscribe(subject: string, listener: (bytes: Uint8Array) => unknown): () => void {
    this.#check(subject)
    const listeners = this.#subscriptions.get(subject) ?? new Listeners()
    const isNew = listeners.size === 0
    this.#subscriptions.set(subject, listeners)
    const remove = listeners.add(listener)
    if (isNew) this.#interestsChanged()
    return () => {
      remove()
      if (listeners.size > 0 || this.#subscriptions.get(subject) !== listeners) return
      this.#subscriptions.delete(subject)
      this.#interestsChanged()
    }
  }

  async request(
    subject: string,
    bytes: Uint8Array,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Uint8Array> {
    checkName(subject)
    const { bytes: answer } = await this.#call(
      { type: 'request', subject, bytes: checkBytes(bytes), timeoutMs },
      timeoutMs,
    )
    return answer!
  }

  respond(subject: string, responder: (bytes: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>): () => void {
    this.#check(subject)
    const responders = this.#responders.get(subject) ?? new Set()
    this.#responders.set(subject, responders)
    const own: typeof responder = (request) => responder(request)
    responders.add(own)
    this.#interestsChanged()
    return () => {
      if (!responders.delete(own) || responders.size > 0) return
      this.#responders.delete(subject)
      this.#interestsChanged()
    }
  }

  readonly records: EngineRecords = {
    create: (key, value) => this.#write(key, value, undefined),
    update: (key, value, expected) => this.#write(key, value, expected),
    delete: async (key, expected) => {
      checkName(key)
      await this.#call({ type: 'write', key, value: undefined, expected })
    },
    get: async (key): Promise<EngineRecord | undefined> => {
      checkName(key)
      return (await this.#call({ type: 'get', key })).record
    },
    watch: (prefix, onChange) => this.#watch(prefix, onChange),
  }

  will(key: string, value: Uint8Array): void {
    this.#check(key)
    this.#wills.set(key, checkBytes(value))
    this.#interestsChanged()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#wills.clear()
    this.#subscriptions.clear()
    this.#responders.clear()
    this.#watches.clear()
    this.sendInterests()
    this.#isClosed = true
    this.#isConnected = false
    for (const call of [...this.#calls.values()]) call.fail(closed())
    this.#options.onClose()
  }

  async #write(key: string, value: Uint8Array, expected: number | undefined): Promise<number> {
    checkName(key)
    const { revision } = await this.#call({ type: 'write', key, value: checkBytes(value), expected })
    return revision!
  }

  #watch(prefix: string, onChange: (change: RecordChange) => unknown): () => void {
    this.#check(prefix)
    const { logger } = this.#options
    const id = ++this.#lastId
    const view = new WatchView((change) => {
      if (this.#watches.has(id)) guard(logger, 'a watcher of records failed', () => onChange(change), { prefix })
    })
    this.#watches.set(id, { prefix, view })
    this.#interestsChanged()
    return () => {
      if (this.#watches.delete(id)) this.#interestsChanged()
    }
  }

  /** Rejects with the failure of the result, or after the time. */
  #call(call: Distributive<Call>, timeoutMs = this.#options.timeoutMs): Promise<CallResult> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed()
      if (!this.#isConnected) throw new ClusterError('engine_disconnected', 'the engine has no connection')
      const id = ++this.#lastId
      const end = (): void => {
        cancel()
        this.#calls.delete(id)
      }
      const fail = (error: ClusterError): void => {
        end()
        reject(error)
      }
      const cancel = this.#options.clock.schedule(timeoutMs, () =>
        fail(new ClusterError('engine_timeout', `no answer within ${timeoutMs} ms`)),
      )
      const done = (result: CallResult): void => {
        const { failure } = result
        if (failure !== undefined) return fail(new ClusterError(failure, failures[failure]))
        end()
        resolve(result)
      }
      this.#calls.set(id, { done, fail })
      this.#send({ ...call, id })
    })
  }

  #answer({ id, subject, bytes }: ToEngine & { type: 'ask' }): void {
    const { logger } = this.#options
    const [responder] = this.#responders.get(subject) ?? []
    const answer = (answered: Uint8Array | undefined): void => {
      if (!this.#isClosed) this.#send({ type: 'answer', id, bytes: answered })
    }
    const fail = (err: unknown): void => {
      logger.error({ err, subject }, 'a responder failed')
      answer(undefined)
    }
    settle<Uint8Array | undefined>(
      () => responder?.(bytes),
      (answered) => {
        try {
          answer(answered === undefined && responder === undefined ? undefined : checkBytes(answered!))
        } catch (error) {
          fail(error)
        }
      },
      fail,
    )
  }

  #check(name: string): void {
    checkName(name)
    if (this.#isClosed) throw closed()
  }

  /** Says what this engine wants to hear, once for all changes of a turn: before its next message, or at the end of the turn. */
  #interestsChanged(): void {
    if (this.#areInterestsDue) return
    this.#areInterestsDue = true
    queueMicrotask(() => this.#sendDue())
  }

  #sendDue(): void {
    if (this.#areInterestsDue) this.sendInterests()
  }

  #send(message: ToHub): void {
    this.#sendDue()
    this.#options.send(message)
  }

  /** Says what this engine wants to hear: also whenever the hub may have forgotten. */
  sendInterests(): void {
    this.#areInterestsDue = false
    if (!this.#isConnected || this.#isClosed) return
    this.#options.send({
      type: 'interests',
      subjects: [...this.#subscriptions.keys()],
      responders: [...this.#responders.keys()],
      watches: [...this.#watches].map(([id, { prefix }]) => ({ id, prefix })),
      wills: [...this.#wills].map(([key, value]) => ({ key, value })),
    })
  }
}

function closed(): ClusterError {
  return new ClusterError('engine_closed', 'the engine is closed')
}
