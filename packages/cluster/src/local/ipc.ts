import type { Socket } from 'node:net'
import type { ToEngine, ToHub } from '../hub/messages.js'

/** A message between a process and the one that has started it, beside those of the game itself. */
export interface Envelope {
  /** Marks a message as one of these. */
  readonly tygase: 'cluster'
  /** Number of the engine in its process. */
  readonly engine: number
  /** A message for a hub or an engine; left out in the first ones, by which both find out that the other is there. */
  readonly text?: string
  /** Of a message that a socket comes with: for whom it is. */
  readonly name?: string
}

/** Messages that may wait in a channel for a process that does not read. */
const maxWaitingMessages = 10_000

/** Sends over a channel, without growing beyond a bound. */
export class Outbox {
  readonly #post: (envelope: Envelope, done: () => void) => void
  readonly #onGap: () => void
  readonly #maxWaiting: number
  #waiting = 0
  #hasGap = false

  /**
   * @param post may not throw; calls `done` once the message has left, or cannot
   * @param onGap called when all that waited has left, after messages were dropped
   */
  constructor(
    post: (envelope: Envelope, done: () => void) => void,
    onGap: () => void,
    maxWaiting = maxWaitingMessages,
  ) {
    this.#post = post
    this.#onGap = onGap
    this.#maxWaiting = maxWaiting
  }

  /** Sends, or drops while too many wait: until all of them have left, so that there is one gap and not many. */
  send(envelope: Envelope): void {
    if (this.#hasGap || this.#waiting >= this.#maxWaiting) {
      this.#hasGap = true
      return
    }
    this.#waiting++
    this.#post(envelope, () => {
      if (--this.#waiting > 0 || !this.#hasGap) return
      this.#hasGap = false
      this.#onGap()
    })
  }
}

/** Sockets that may wait in a channel for a process that does not read. */
const maxWaitingSockets = 1000

/** Sends sockets over a channel. */
export class SocketOutbox {
  readonly #channel: Pick<NodeJS.Process, 'send'>
  readonly #maxWaiting: number
  readonly #waiting = new Set<Socket>()

  /** @param channel the process of a worker, or this process for its primary */
  constructor(channel: Pick<NodeJS.Process, 'send'>, maxWaiting = maxWaitingSockets) {
    this.#channel = channel
    this.#maxWaiting = maxWaiting
  }

  /** Sends a socket, or cuts it while too many wait. This process does nothing with it any more. */
  send(envelope: Envelope, socket: Socket): void {
    if (this.#waiting.size >= this.#maxWaiting) return void socket.destroy()
    // otherwise the port that has accepted it would not close before the other process says that the socket has
    Object.assign(socket, { server: undefined })
    // nothing is read while it waits: the other process would miss it
    const { _handle: handle } = socket as Socket & { readonly _handle?: { readStop?(): unknown } | null }
    handle?.readStop?.()
    this.#waiting.add(socket)
    const done = (): void => {
      this.#waiting.delete(socket)
      // it is the other process's now; if it could not be sent, this cuts it
      socket.destroy()
    }
    this.#channel.send?.(envelope, socket, {}, done)
  }

  /** Cuts what waits: the other process has ended. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy()
  }
}

/** The responder by which a hub finds the engine that takes the sockets for a name. */
export function socketSubject(name: string): string {
  return `sockets.${name}`
}

/** @returns undefined for a message of the game itself */
export function envelopeOf(message: unknown): Envelope | undefined {
  const { tygase, engine, text, name } = (
    typeof message === 'object' && message !== null ? message : {}
  ) as Partial<Envelope>
  const isOurs =
    tygase === 'cluster' &&
    typeof engine === 'number' &&
    (text === undefined || typeof text === 'string') &&
    (name === undefined || typeof name === 'string')
  return isOurs ? (message as Envelope) : undefined
}

/** A message as text: channels carry bytes only if their processes are set up for it. */
export function writeMessage(message: ToHub | ToEngine): string {
  return JSON.stringify(message, (_, value) =>
    value instanceof Uint8Array
      ? { base64: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') }
      : value,
  )
}

/** The reverse of `writeMessage`: both processes run this code, so its shape is not checked. */
export function readMessage<Message extends ToHub | ToEngine>(text: string): Message {
  return JSON.parse(text, (_, value) =>
    typeof value?.base64 === 'string' ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  )
}
