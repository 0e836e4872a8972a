import type { Socket } from 'node:net'
import { copyBytes, isBytes } from '@tygase/gamestate/internal'
import { ClusterError } from './errors.js'

/** One version of a record. */
export interface EngineRecord {
  /** Its name, under which all servers find it. */
  readonly key: string
  /** Its bytes. Do not change them: others may read the same. */
  readonly value: Uint8Array
  /** Grows with each write of the key, also over a deletion. Revisions of two keys mean nothing to each other. */
  readonly revision: number
}

/** What a watcher hears of a key. */
export interface RecordChange {
  /** Of the record. */
  readonly key: string
  /** Undefined: the record is deleted. */
  readonly value: Uint8Array | undefined
  /** Of the write, also if it was a deletion. */
  readonly revision: number
}

/**
 * Records that all servers share. Each write is a compare-and-swap: of several at once, one succeeds. So nothing is to be decided by
 * what was read, only by a write.
 *
 * Calls reject with ClusterError: `record_conflict` if the record has another revision, and `engine_disconnected` if the call was never
 * sent: then nothing has been written. `engine_timeout`: the write may have been made, or may still be made later. `engine_closed`;
 * `engine_too_large`; `invalid_argument` for a key.
 */
export interface EngineRecords {
  /** @returns the revision. Rejects with `record_conflict` if there is such a record. */
  create(key: string, value: Uint8Array): Promise<number>
  /** @param expected the revision of the record that is there @returns the new revision */
  update(key: string, value: Uint8Array, expected: number): Promise<number>
  /** @param expected the revision of the record that is there */
  delete(key: string, expected: number): Promise<void>
  /** @returns a record as it was a moment ago, or undefined: a hint */
  get(key: string): Promise<EngineRecord | undefined>
  /**
   * Watches all records under a prefix: those that are there, then each change. Versions between two changes may be left out. Once
   * writes have stopped and the engine is connected, a watcher has seen the last version of each record.
   * @param prefix whole tokens: `server` stands for `server.a`, not for `servers.a` or `server`
   * @returns a function that ends it
   */
  watch(prefix: string, onChange: (change: RecordChange) => unknown): () => void
}

/** Accepted sockets, which processes of one machine hand to each other. */
export interface EngineSockets {
  /**
   * Hands a socket to the process that takes those of `name`. Nothing may read it any more here. If no process takes it, it is cut.
   * @param text what the other process is to know
   */
  give(name: string, socket: Socket, text: string): void
  /** Takes the sockets that others give to `name`. @returns a function that ends it */
  take(name: string, listener: (socket: Socket, text: string) => unknown): () => void
}

/**
 * What connects the servers of a cluster. A message arrives at most once, may be lost, and may overtake another one.
 *
 * Subjects and keys are tokens of letters, digits, `_` and `-`, with dots between them, and 200 characters at most. A message or a
 * record has 512 KiB at most. Bytes are copied. A listener that throws is logged and stops nothing.
 */
export interface Engine {
  /** False from the moment in which the loss of the connection is noticed. */
  readonly isConnected: boolean
  /** Calls `listener` whenever `isConnected` changes. @returns a function that removes it */
  onConnection(listener: (isConnected: boolean) => unknown): () => void
  /**
   * Sends to all subscribers, this engine's own included. While the engine is not connected the message is dropped.
   * @throws ClusterError `engine_closed`, `engine_too_large`, `invalid_argument`
   */
  publish(subject: string, bytes: Uint8Array): void
  /** @returns a function that ends the subscription @throws ClusterError `engine_closed`, `invalid_argument` */
  subscribe(subject: string, listener: (bytes: Uint8Array) => unknown): () => void
  /**
   * Asks one responder.
   * @returns its answer. Rejects with ClusterError: `engine_no_responder`, `engine_timeout`, `responder_failed`,
   * `engine_disconnected`, and those of `publish`. After a time-out the responder may have got the request.
   */
  request(subject: string, bytes: Uint8Array, options: { readonly timeoutMs: number }): Promise<Uint8Array>
  /**
   * Answers requests. Of several responders, of any engines, one gets each request.
   * @returns a function that ends it @throws ClusterError `engine_closed`, `invalid_argument`
   */
  respond(subject: string, responder: (bytes: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>): () => void
  /** What all servers share. */
  readonly records: EngineRecords
  /**
   * Of engines that see a process die: writes `value` under `key` at that moment, whatever is there. A later call for the same key
   * replaces it. `close` takes it back.
   */
  will?(key: string, value: Uint8Array): void
  /** Of engines whose processes share ports. */
  readonly sockets?: EngineSockets
  /** Ends all subscriptions. Calls that wait reject with `engine_closed`, as do later ones. */
  close(): Promise<void>
}

/** Limit of a message or a record: half of what a NATS server takes by default. */
const maxMessageBytes = 512 * 1024
const maxNameLength = 200
const namePattern = /^[\w-]+(?:\.[\w-]+)*$/

/** @throws ClusterError `invalid_argument` for a subject, a key or a prefix that no engine can take */
export function checkName(name: string): void {
  if (typeof name === 'string' && name.length <= maxNameLength && namePattern.test(name)) return
  throw new ClusterError(
    'invalid_argument',
    `a subject or key has up to ${maxNameLength} letters, digits, '_' and '-', and dots between: not ${JSON.stringify(name)}`,
  )
}

/** @returns a copy @throws ClusterError `invalid_argument`, `engine_too_large` */
export function checkBytes(bytes: Uint8Array): Uint8Array {
  if (!isBytes(bytes)) throw new ClusterError('invalid_argument', 'a message or record is a Uint8Array')
  if (bytes.length <= maxMessageBytes) return copyBytes(bytes)
  throw new ClusterError('engine_too_large', `${bytes.length} bytes are more than ${maxMessageBytes}`)
}

/** True if the key has the tokens of `prefix` at its beginning, and more behind them. */
export function isUnder(prefix: string, key: string): boolean {
  return key.startsWith(`${prefix}.`)
}
