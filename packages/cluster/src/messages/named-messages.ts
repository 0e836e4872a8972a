import { createHash } from 'node:crypto'
import type { Logger } from '@tygase/gamestate'
import { decodeValue, encodeValue, guard, Listeners } from '@tygase/gamestate/internal'
import { ClusterError } from '../errors.js'
import type { ClusterMessages } from './cluster-messages.js'

/** Messages by names that users choose, of one kind: a subject of the engine has fewer characters than a name. */
export class NamedMessages {
  readonly #messages: ClusterMessages
  readonly #kind: string
  /** The name of each subject that is subscribed to, and by how many. */
  readonly #names = new Map<string, { readonly name: string; count: number }>()

  constructor(messages: ClusterMessages, kind: string) {
    this.#messages = messages
    this.#kind = kind
  }

  /** As `publish` of ClusterMessages. */
  publish(name: string, message: Uint8Array): void {
    this.#messages.publish(this.#subjectOf(name), message)
  }

  /** As `subscribe` of ClusterMessages. */
  subscribe(name: string, listener: (message: Uint8Array) => unknown): () => void {
    const subject = this.#subjectOf(name)
    const named = this.#names.get(subject) ?? { name, count: 0 }
    const off = this.#messages.subscribe(subject, listener)
    named.count++
    this.#names.set(subject, named)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (--named.count === 0) this.#names.delete(subject)
      off()
    }
  }

  /** Calls `listener` if messages of this kind got lost. @returns a function that removes it */
  onLost(listener: (lost: { readonly channel: string; readonly count: number }) => unknown): () => void {
    return this.#messages.onLost(({ subject, count }) => {
      const named = this.#names.get(subject)
      if (named !== undefined) listener({ channel: named.name, count })
    })
  }

  #subjectOf(name: string): string {
    return `${this.#kind}.${createHash('sha256').update(name).digest('base64url')}`
  }
}

const maxNameLength = 200

/** Values to all servers, this one included. */
export class Broadcasts {
  readonly #messages: NamedMessages
  readonly #logger: Logger
  readonly #listeners = new Map<string, { readonly each: Listeners<[data: unknown]>; readonly off: () => void }>()

  constructor(messages: ClusterMessages, logger: Logger) {
    this.#messages = new NamedMessages(messages, 'broadcast')
    this.#logger = logger
  }

  /** See `Cluster.broadcast`. */
  send(name: string, data: unknown): void {
    checkBroadcastName(name)
    const message = encodeValue(data)
    this.#messages.publish(name, message)
    this.#take(name, message)
  }

  /** See `Cluster.onBroadcast`. */
  on(name: string, listener: (data: unknown) => unknown): () => void {
    checkBroadcastName(name)
    if (typeof listener !== 'function') throw new ClusterError('invalid_argument', 'a listener is a function')
    let known = this.#listeners.get(name)
    if (known === undefined) {
      const off = this.#messages.subscribe(name, (message) => this.#take(name, message))
      known = { each: new Listeners(), off }
      this.#listeners.set(name, known)
    }
    const { each, off } = known
    const remove = each.add(listener)
    return () => {
      remove()
      if (each.size > 0 || this.#listeners.get(name)?.each !== each) return
      this.#listeners.delete(name)
      off()
    }
  }

  #take(name: string, message: Uint8Array): void {
    const listeners = this.#listeners.get(name)?.each
    if (listeners === undefined) return
    const failed = `a listener of the broadcast '${name}' failed`
    // each gets a value of its own: one may change it
    listeners.each((listener) => guard(this.#logger, failed, () => listener(decodeValue(message))))
  }
}

function checkBroadcastName(name: string): void {
  if (typeof name === 'string' && name !== '' && name.length <= maxNameLength) return
  throw new ClusterError('invalid_argument', `a broadcast has a name of 1 to ${maxNameLength} characters`)
}
