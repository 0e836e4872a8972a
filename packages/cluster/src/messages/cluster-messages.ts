import type { Clock, Logger } from '@tygase/gamestate'
import { copyBytes, guard, isBytes, Listeners } from '@tygase/gamestate/internal'
import { checkName, type Engine } from '../engine.js'
import { ClusterError } from '../errors.js'
import { Inbox, type Step } from './inbox.js'
import { Outbox } from './outbox.js'
import { maxHeadBytes, readAsk, readPacket, type StreamPacket, writeAsk, writePacket } from './packets.js'

/** What messages between servers need. */
export interface ClusterMessagesOptions {
  readonly engine: Engine
  /** Of this start of the process. */
  readonly serverId: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Takes a message, with the id of the server that has sent it. */
export type MessageListener = (bytes: Uint8Array, serverId: string) => unknown

/** Messages that a subscriber does not get: they were gone for longer than their sender keeps them. */
export interface LostMessages {
  readonly subject: string
  /** The server that has sent them. */
  readonly serverId: string
  readonly count: number
}

interface Subscription {
  readonly inbox: Inbox
  readonly listeners: Listeners<Parameters<MessageListener>>
  /** Ends it at the engine. */
  off: () => void
}

/** Between two looks at what is due, in ms. */
const lookMs = 100
/** A gap is looked at after this time, in ms: after `gapMs` of an inbox. */
const gapLookMs = 25
/** Between two looks for senders that are gone, in ms. */
const forgetLookMs = 60_000
/** Most bytes of a message: an engine that signs takes 512 KiB with head and seal. */
export const maxClusterMessageBytes = 512 * 1024 - 256 - maxHeadBytes
const none = new Uint8Array()

/**
 * Messages to all other servers: each arrives once, in the order of its sender, also over restarts of the engine. A sender numbers what
 * it sends to a subject, and keeps it for ten seconds in which the engine is there, 8 MiB at most. A receiver that sees a gap asks for
 * it. What is lost all the same is counted, and listeners hear of it.
 *
 * A subscriber gets all that is sent after its subscription has reached the sender; a little before that does no harm. Messages to
 * itself do not go through it.
 */
export class ClusterMessages {
  readonly #options: ClusterMessagesOptions
  readonly #outbox: Outbox
  readonly #subscriptions = new Map<string, Subscription>()
  /** Subscriptions by which new receivers ask senders, by subject. */
  readonly #hellos = new Map<string, () => void>()
  readonly #losses = new Listeners<[lost: LostMessages]>()
  #lost = 0
  #offs: (() => void)[] = []
  #isRunning = false
  #cancelLook: () => void = () => {}
  #cancelGapLook: (() => void) | undefined
  #forgotAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ClusterMessagesOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.serverId)
  }

  /** Messages that subscribers here did not get, of all subjects. */
  get lost(): number {
    return this.#lost
  }

  /** Calls `listener` whenever messages got lost. @returns a function that removes it */
  onLost(listener: (lost: LostMessages) => unknown): () => void {
    return this.#losses.add(listener)
  }

  /** Begins, or goes on after `stop`: what was published meanwhile is asked for by others, as after a break. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const { engine, serverId } = this.#options
    this.#offs = [
      engine.subscribe(askSubject(serverId), (bytes) => this.#answer(bytes)),
      engine.onConnection((isConnected) => {
        if (isConnected) this.#renew()
      }),
    ]
    for (const [subject, subscription] of this.#subscriptions) this.#listen(subject, subscription)
    for (const subject of this.#outbox.subjects) this.#hearHello(subject)
    this.#renew()
    this.#lookLater()
  }

  /** Sends and hears nothing any more, until `start`. */
  stop(): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#cancelLook()
    this.#cancelGapLook?.()
    this.#cancelGapLook = undefined
    for (const off of [...this.#offs, ...this.#hellos.values()]) off()
    for (const subscription of this.#subscriptions.values()) subscription.off()
    this.#offs = []
    this.#hellos.clear()
  }

  /**
   * Sends to the subscribers at all other servers. While the engine is gone, and before `start`, it is kept for them.
   * @throws ClusterError `engine_too_large`, `invalid_argument`
   */
  publish(subject: string, bytes: Uint8Array): void {
    checkName(streamSubject(subject))
    if (!isBytes(bytes)) throw new ClusterError('invalid_argument', 'a message is a Uint8Array')
    if (bytes.length > maxClusterMessageBytes) {
      throw new ClusterError('engine_too_large', `${bytes.length} bytes are more than ${maxClusterMessageBytes}`)
    }
    const packet = this.#outbox.push(subject, copyBytes(bytes), this.#now())
    if (!this.#isRunning) return
    this.#hearHello(subject)
    this.#send(streamSubject(subject), packet)
  }

  /** @returns a function that ends the subscription @throws ClusterError `invalid_argument` */
  subscribe(subject: string, listener: MessageListener): () => void {
    checkName(streamSubject(subject))
    const subscription = this.#subscriptions.get(subject) ?? this.#open(subject)
    const remove = subscription.listeners.add(listener)
    return () => {
      remove()
      if (subscription.listeners.size > 0 || this.#subscriptions.get(subject) !== subscription) return
      this.#subscriptions.delete(subject)
      subscription.off()
    }
  }

  #open(subject: string): Subscription {
    const inbox = new Inbox(subject, this.#now())
    const subscription: Subscription = { inbox, listeners: new Listeners(), off: () => {} }
    this.#subscriptions.set(subject, subscription)
    if (this.#isRunning) {
      this.#listen(subject, subscription)
      this.#sayHello(subject)
    }
    return subscription
  }

  #listen(subject: string, subscription: Subscription): void {
    subscription.off = this.#options.engine.subscribe(streamSubject(subject), (bytes) => {
      const packet = readPacket(bytes)
      if (packet === undefined) {
        this.#options.logger.warn({ subject }, 'a message of another server cannot be read')
      } else if (packet.head.sender !== this.#options.serverId) {
        this.#pass(subject, subscription, subscription.inbox.take(packet, this.#now()))
        if (subscription.inbox.hasGap) this.#lookAtGaps()
      }
    })
  }

  /** Receivers that are new ask where the stream of a subject stands. */
  #hearHello(subject: string): void {
    if (this.#hellos.has(subject)) return
    const hear = (): void => this.#outbox.hello(subject, this.#now())
    this.#hellos.set(subject, this.#options.engine.subscribe(helloSubject(subject), hear))
  }

  #sayHello(subject: string): void {
    this.#publish(helloSubject(subject), none)
  }

  /** Messages may be missing on both sides. */
  #renew(): void {
    const nowMs = this.#now()
    this.#outbox.renew(nowMs)
    for (const [subject, { inbox }] of this.#subscriptions) {
      inbox.renew(nowMs)
      this.#sayHello(subject)
    }
    this.#beat()
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.schedule(lookMs, () => {
      // while the engine is gone, no one can ask or answer
      if (this.#options.engine.isConnected) {
        this.#beat()
        this.#look()
      }
      this.#lookLater()
    })
  }

  #lookAtGaps(): void {
    this.#cancelGapLook ??= this.#options.clock.schedule(gapLookMs, () => {
      this.#cancelGapLook = undefined
      if (this.#options.engine.isConnected) this.#look()
    })
  }

  #beat(): void {
    for (const { subject, packet } of this.#outbox.beats(this.#now())) this.#send(streamSubject(subject), packet)
    if (this.#hellos.size === this.#outbox.size) return
    const subjects = new Set(this.#outbox.subjects)
    for (const [subject, off] of this.#hellos) {
      if (subjects.has(subject)) continue
      off()
      this.#hellos.delete(subject)
    }
  }

  #look(): void {
    const nowMs = this.#now()
    if (nowMs - this.#forgotAtMs > forgetLookMs) {
      this.#forgotAtMs = nowMs
      for (const { inbox } of this.#subscriptions.values()) inbox.forget(nowMs)
    }
    for (const [subject, subscription] of [...this.#subscriptions]) {
      if (!subscription.inbox.hasGap) continue
      const { asks, steps } = subscription.inbox.due(this.#now())
      for (const ask of asks) this.#publish(askSubject(ask.sender), writeAsk(ask))
      this.#pass(subject, subscription, steps)
    }
  }

  #answer(bytes: Uint8Array): void {
    const ask = readAsk(bytes)
    if (ask === undefined) {
      return this.#options.logger.warn({}, 'what another server asks for cannot be read')
    }
    for (const packet of this.#outbox.again(ask, this.#now())) this.#send(streamSubject(ask.subject), packet)
  }

  #pass(subject: string, { listeners }: Subscription, steps: readonly Step[]): void {
    const { logger } = this.#options
    for (const step of steps) {
      const { sender: serverId } = step
      if ('bytes' in step) {
        const call = (listener: MessageListener): void =>
          guard(logger, 'a subscriber of messages failed', () => listener(step.bytes, serverId), { subject })
        listeners.each(call)
        continue
      }
      const lost = { subject, serverId, count: step.lost }
      this.#lost += step.lost
      logger.warn(lost, 'messages of another server got lost: it does not have them any more')
      this.#losses.each((listener) => guard(logger, 'a listener of onLost failed', () => listener(lost)))
    }
  }

  #send(subject: string, packet: StreamPacket): void {
    this.#publish(subject, writePacket(packet))
  }

  /** An engine that was closed is none of a caller's mistakes. */
  #publish(subject: string, bytes: Uint8Array): void {
    const { engine, logger } = this.#options
    guard(logger, 'a message to other servers failed', () => engine.publish(subject, bytes))
  }

  #now(): number {
    return this.#options.clock.now()
  }
}

function streamSubject(subject: string): string {
  return `message.${subject}`
}

function helloSubject(subject: string): string {
  return `hello.${subject}`
}

function askSubject(serverId: string): string {
  return `again.${serverId}`
}
