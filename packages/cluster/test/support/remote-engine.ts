import { checkBytes, checkName, type Engine, type EngineRecord, type RecordChange } from '../../src/engine.js'
import { ClusterError, type ClusterErrorCode } from '../../src/errors.js'

/** To the process that has the engine. */
export type ToPuppet =
  | { readonly call: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly answer: number; readonly bytes: Uint8Array | undefined }

/** From there. */
export type FromPuppet =
  | { readonly ready: true }
  | { readonly returned: number; readonly value?: unknown }
  | { readonly failed: number; readonly code: ClusterErrorCode; readonly message: string }
  | { readonly listener: number; readonly value: unknown }
  | { readonly asked: number; readonly responder: number; readonly bytes: Uint8Array }
  | { readonly isConnected: boolean }

/** A message over a channel that carries JSON. */
export function writeRemote(message: ToPuppet | FromPuppet): { remote: string } {
  const replace = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
  return { remote: JSON.stringify(message, replace) }
}

/** @returns undefined for a message of others */
export function readRemote<Message>(message: unknown): Message | undefined {
  const { remote } = message as { remote?: string }
  const revive = (_: string, value: { hex?: string } | undefined): unknown =>
    typeof value?.hex === 'string' ? new Uint8Array(Buffer.from(value.hex, 'hex')) : value
  return remote === undefined ? undefined : JSON.parse(remote, revive)
}

/** The channel to a process with an engine. */
export interface Puppet {
  send(message: { remote: string }): void
  /** @returns a function that removes it */
  onMessage(listener: (message: unknown) => void): () => void
}

/** An engine in another process, with the face of one in this process. Its caller's mistakes are found here. */
export class RemoteEngine implements Engine {
  readonly #puppet: Puppet
  readonly #off: () => void
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  readonly #listeners = new Map<number, (value: never) => unknown>()
  readonly #responders = new Map<number, Parameters<Engine['respond']>[1]>()
  readonly #connection = new Set<(isConnected: boolean) => unknown>()
  #last = 0
  #isConnected = true
  #isClosed = false

  constructor(puppet: Puppet) {
    this.#puppet = puppet
    this.#off = puppet.onMessage((message) => {
      const read = readRemote<FromPuppet>(message)
      if (read !== undefined) this.#receive(read)
    })
  }

  /** Has the process make a new engine, which this one stands for. */
  async open(): Promise<void> {
    await this.#call('open')
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#isClosed
  }

  onConnection(listener: (isConnected: boolean) => unknown): () => void {
    const own: typeof listener = (isConnected) => listener(isConnected)
    this.#connection.add(own)
    return () => void this.#connection.delete(own)
  }

  publish(subject: string, bytes: Uint8Array): void {
    this.#check(subject)
    void this.#call('publish', subject, checkBytes(bytes))
  }

  subscribe(subject: string, listener: (bytes: Uint8Array) => unknown): () => void {
    this.#check(subject)
    return this.#listen('subscribe', subject, listener)
  }

  async request(subject: string, bytes: Uint8Array, options: { readonly timeoutMs: number }): Promise<Uint8Array> {
    checkName(subject)
    return (await this.#call('request', subject, checkBytes(bytes), options)) as Uint8Array
  }

  respond(subject: string, responder: (bytes: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>): () => void {
    this.#check(subject)
    const id = ++this.#last
    this.#responders.set(id, responder)
    void this.#call('respond', subject, id)
    return () => void this.#call('off', id)
  }

  readonly records: Engine['records'] = {
    create: async (key, value) => (await this.#record('create', key, checkBytes(value))) as number,
    update: async (key, value, expected) => (await this.#record('update', key, checkBytes(value), expected)) as number,
    delete: async (key, expected) => void (await this.#record('delete', key, expected)),
    get: async (key) => (await this.#record('get', key)) as EngineRecord | undefined,
    watch: (prefix, onChange: (change: RecordChange) => unknown) => {
      this.#check(prefix)
      return this.#listen('watch', prefix, onChange)
    },
  }

  will(key: string, value: Uint8Array): void {
    void this.#call('will', key, checkBytes(value))
  }

  async close(): Promise<void> {
    if (!this.#isClosed) await this.#call('close')
    this.#isClosed = true
  }

  /** Hears nothing more, so that another engine of the process can take its place. */
  detach(): void {
    this.#off()
  }

  #record(method: string, key: string, ...args: unknown[]): Promise<unknown> {
    checkName(key)
    return this.#call(method, key, ...args)
  }

  #listen(method: string, name: string, listener: (value: never) => unknown): () => void {
    const id = ++this.#last
    this.#listeners.set(id, listener)
    void this.#call(method, name, id)
    return () => void this.#call('off', id)
  }

  #check(name: string): void {
    checkName(name)
    if (this.#isClosed) throw new ClusterError('engine_closed', 'the engine is closed')
  }

  #call(method: string, ...args: unknown[]): Promise<unknown> {
    const call = ++this.#last
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#puppet.send(writeRemote({ call, method, args }))
    })
  }

  #receive(message: FromPuppet): void {
    if ('returned' in message) this.#calls.get(message.returned)?.resolve(message.value)
    else if ('failed' in message)
      this.#calls.get(message.failed)?.reject(new ClusterError(message.code, message.message))
    else if ('listener' in message) this.#callListener(message.listener, message.value)
    else if ('asked' in message) void this.#answer(message.asked, message.responder, message.bytes)
    else if ('isConnected' in message) {
      this.#isConnected = message.isConnected
      for (const listener of this.#connection) this.#guard(() => listener(message.isConnected))
    }
  }

  #callListener(id: number, value: unknown): void {
    this.#guard(() => this.#listeners.get(id)?.(value as never))
  }

  async #answer(answer: number, responder: number, bytes: Uint8Array): Promise<void> {
    const answered = await Promise.resolve(bytes)
      .then((request) => this.#responders.get(responder)!(request))
      .then(checkBytes)
      .catch(() => undefined)
    this.#puppet.send(writeRemote({ answer, bytes: answered }))
  }

  /** The engine itself has called a listener of its process, which threw nothing. */
  #guard(work: () => unknown): void {
    try {
      work()
    } catch {}
  }
}
