import type { Logger } from '@tygase/gamestate'
import { copyBytes, guard } from '@tygase/gamestate/internal'
import type { Engine } from '../engine.js'
import type { ClusterError } from '../errors.js'

/** What one server asks of another one. */
export type ServerRequest =
  /** Keeps a seat in a room, which is made if it is `isNew`. */
  | {
      readonly ask: 'seat'
      readonly kind: string
      readonly id: string
      readonly isNew: boolean
      /** The address of the client, as the server that asks has it. */
      readonly host?: string | undefined
    }
  /** Whether it has the room. */
  | { readonly ask: 'room'; readonly kind: string; readonly id: string }
  /** A client that was looked for is in that room of the server that asks. */
  | { readonly ask: 'client'; readonly clientId: string; readonly key: string }
  /** All public rooms of the server. */
  | { readonly ask: 'rooms' }
  /** A part of the bytes of a room that is about to go on there. */
  | {
      readonly ask: 'part'
      readonly key: string
      readonly part: number
      readonly parts: number
      readonly version: number
    }
  /** The room is given to it: it goes on with the bytes. */
  | { readonly ask: 'take'; readonly key: string }

/** What the other server answers: JSON, and bytes. */
export interface ServerAnswer {
  /** Of a seat that is kept. */
  readonly ticket?: string
  /** The server does not have the room. */
  readonly isGone?: boolean
  /** The room is just on its way elsewhere: who asks looks again. */
  readonly isBusy?: boolean
  /** Why the client, or the room, is refused. */
  readonly refused?: { readonly code: string; readonly message: string }
  /** Number of the list of rooms that the bytes are. */
  readonly number?: number
}

/** A message with its bytes. */
export interface Framed<Head> {
  readonly head: Head
  readonly bytes: Uint8Array
}

export type Answerer = (request: Framed<ServerRequest>) => Promise<ServerAnswer | Framed<ServerAnswer>>

/** The other server does not answer: it is dead, hangs, or is cut off. It may have got the request. */
export class SilentError extends Error {}

const none = new Uint8Array()
const newLine = 0x0a
const silent: readonly unknown[] = ['engine_no_responder', 'engine_timeout', 'engine_disconnected', 'responder_failed']

/** Requests from server to server, over the engine. */
export class ServerRequests {
  readonly #engine: Engine
  readonly #logger: Logger

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine
    this.#logger = logger
  }

  /** Answers the requests to a server. @returns a function that ends it */
  answer(serverId: string, answerer: Answerer): () => void {
    return this.#engine.respond(subjectOf(serverId), async (bytes) => {
      const request = readRequest(bytes)
      if (request === undefined) {
        this.#logger.warn({ bytes: bytes.length }, 'a request of another server cannot be read')
        return frame({ refused: { code: 'malformed', message: 'the request cannot be read' } }, none)
      }
      const answer = await answerer(request)
      return 'head' in answer ? frame(answer.head, answer.bytes) : frame(answer, none)
    })
  }

  /** Rejects with SilentError; ClusterError `engine_closed`, `engine_too_large`. */
  async ask(
    serverId: string,
    request: ServerRequest,
    timeoutMs: number,
    bytes: Uint8Array = none,
  ): Promise<Framed<ServerAnswer>> {
    let answer: Uint8Array
    try {
      answer = await this.#engine.request(subjectOf(serverId), frame(request, bytes), { timeoutMs })
    } catch (error) {
      if (silent.includes((error as ClusterError).code)) {
        throw new SilentError(`the server ${serverId} does not answer`, { cause: error })
      }
      throw error
    }
    const read = readFrame(answer)
    if (read === undefined) throw new SilentError(`the answer of the server ${serverId} cannot be read`)
    return read as Framed<ServerAnswer>
  }

  /** Sends to all servers, this one included. */
  publish(subject: string, head: object, bytes: Uint8Array): void {
    guard(this.#logger, 'a message to other servers failed', () => this.#engine.publish(subject, frame(head, bytes)))
  }

  /** @returns a function that ends it */
  subscribe(subject: string, listener: (message: Framed<object>) => void): () => void {
    return this.#engine.subscribe(subject, (bytes) => {
      const message = readFrame(bytes)
      if (message !== undefined) listener(message)
    })
  }
}

function subjectOf(serverId: string): string {
  return `ask.${serverId}`
}

function frame(head: object, bytes: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const framed = new Uint8Array(text.length + 1 + bytes.length)
  framed.set(text)
  framed[text.length] = newLine
  framed.set(bytes, text.length + 1)
  return framed
}

/** @returns undefined for bytes that are none */
function readFrame(framed: Uint8Array): Framed<object> | undefined {
  const end = framed.indexOf(newLine)
  if (end < 0) return undefined
  try {
    const head: unknown = JSON.parse(new TextDecoder().decode(framed.subarray(0, end)))
    return typeof head === 'object' && head !== null ? { head, bytes: copyBytes(framed.subarray(end + 1)) } : undefined
  } catch {
    return undefined
  }
}

const name = /^[\w-]{1,64}$/
const key = /^[\w-]{1,64}\/[\w-]{1,64}$/

function readRequest(framed: Uint8Array): Framed<ServerRequest> | undefined {
  const read = readFrame(framed)
  if (read === undefined) return undefined
  const { ask, kind, id, isNew, part, parts, version, ...rest } = read.head as Record<string, unknown>
  const isRoom = typeof kind === 'string' && typeof id === 'string' && name.test(kind) && name.test(id)
  const isKey = typeof rest.key === 'string' && key.test(rest.key)
  const isPart = [part, parts, version].every((count) => Number.isSafeInteger(count) && (count as number) >= 0)
  const isRequest =
    (ask === 'seat' && isRoom && typeof isNew === 'boolean' && typeof (rest.host ?? '') === 'string') ||
    (ask === 'room' && isRoom) ||
    ask === 'rooms' ||
    (ask === 'part' && isKey && isPart) ||
    (ask === 'take' && isKey) ||
    (ask === 'client' && isKey && typeof rest.clientId === 'string')
  // reason: all its parts were looked at
  return isRequest ? (read as Framed<ServerRequest>) : undefined
}
