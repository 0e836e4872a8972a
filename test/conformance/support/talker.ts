import {
  ClientSession,
  encodeStateMessage,
  type IncomingEvent,
  type Outcome,
  ServerSession,
  type SessionListener,
} from '@tygase/protocol/internal'
import type { Side } from '../decoder/index.js'

export interface SentEvent {
  readonly name: string
  readonly payload: Uint8Array
  readonly minVersion: number | undefined
  readonly tick: number | undefined
  readonly seenEighths: number | undefined
  readonly origin: { readonly sequence: number; readonly n: number } | undefined
}

export interface SentState {
  readonly version: number
  readonly base: number | undefined
  readonly payload: Uint8Array
}

/** One side of a play: does at random what a session can do, and writes down what it wanted to say. */
export class Talker implements SessionListener {
  readonly side: Side
  session!: ClientSession | ServerSession
  readonly sent = new Map<number, SentEvent>()
  /** The sequences of its own events whose outcomes it knows. */
  readonly resolved = new Set<number>()
  /** Those of them that it was told have failed, or has given up. */
  readonly failed = new Set<number>()
  /** What has become of the peer's events. */
  readonly settled = new Map<number, Outcome>()
  readonly handled = new Set<number>()
  /** How early the peer's events with a tick have come, in eighths of a tick. */
  readonly arrived = new Map<number, number>()
  /** The version that it wrote last, if it is the server. */
  version = 0
  readonly states: SentState[] = []
  /** The version that it has said it holds. */
  held: number | undefined
  readonly #random: () => number
  readonly #waiting: number[] = []
  #isBusy = false

  constructor(side: Side, random: () => number) {
    this.side = side
    this.#random = random
  }

  onEvent({ sequence, tick }: IncomingEvent): void {
    this.handled.add(sequence)
    if (tick !== undefined && this.session instanceof ServerSession) {
      const early = ((sequence * 37) % 300) - 150
      this.arrived.set(sequence, early)
      this.session.arrived(sequence, early / 8)
    }
    if (this.#random() < 0.5) this.#waiting.push(sequence)
    else this.#settle(sequence)
  }

  onState(version: number): void {
    this.#hold(this.#random() < 0.05 ? undefined : version)
  }

  /** The first sequence of its own whose outcome it does not know. */
  get unresolved(): number {
    let sequence = 1
    while (this.resolved.has(sequence)) sequence++
    return sequence
  }

  /** @param chatter how likely it is to do each thing that it can do now, 0 to 1 */
  act(now: number, chatter: number): void {
    if (this.session.status !== 'connected') return
    // from time to time nothing is settled for a while, so that long acks come of it
    if (this.#random() < 0.05) this.#isBusy = !this.#isBusy
    while (!this.#isBusy && this.#waiting.length > 0 && this.#random() < 0.7) {
      const [sequence] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1)
      this.#settle(sequence!)
    }
    for (let more = 0; more < 4; more++) if (this.#random() < chatter) this.#send(now)
  }

  /** @returns the session's packet, with a state joined to it where there is one to tell */
  flush(now: number): Uint8Array | undefined {
    const packet = this.session.flush(now)
    const { session } = this
    if (!(session instanceof ServerSession) || session.status !== 'connected' || this.#random() > 0.3) return packet
    if (!packet) return undefined
    return new Uint8Array([...packet, ...this.#encodeState(session)])
  }

  #encodeState(session: ServerSession): Uint8Array {
    const version = ++this.version
    const base = session.stateBase
    const payload = this.#bytes(base === undefined ? 1 : 0)
    this.states.push({ version, base, payload })
    session.stateSent(version)
    return encodeStateMessage(version, base, payload)
  }

  #hold(version: number | undefined): void {
    this.held = version
    if (this.session instanceof ClientSession) this.session.stateHeld(version)
  }

  #send(now: number): void {
    const name = ['move', 'shout', 'hi', 'ключ', '\ud800'][Math.floor(this.#random() * 5)]!
    const payload = this.#random() < 0.3 ? new Uint8Array() : this.#bytes(1)
    const minVersion =
      this.side === 'server' && this.#random() < 0.3 ? this.version + (this.#random() < 0.5 ? 1 : 0) : undefined
    // by count and not by chance, so that a play goes as it would without stamps
    const count = this.sent.size
    const isStamped = this.side === 'client' && count % 5 < 2
    const tick = isStamped ? 2 ** (count % 41) - 1 : undefined
    const seenEighths = isStamped && count % 3 > 0 ? (count * 7) % 300 : undefined
    const origin = this.side === 'server' && count % 4 === 0 ? { sequence: 1 + count, n: count % 3 } : undefined
    const retries = [0, 3, Number.POSITIVE_INFINITY][Math.floor(this.#random() * 3)]!
    const options = {
      retries,
      ...(minVersion !== undefined && { minVersion }),
      ...(tick !== undefined && { tick }),
      ...(tick !== undefined && seenEighths !== undefined && { seen: tick - seenEighths / 8 }),
      ...(origin && { origin }),
      ...(isStamped && count % 2 > 0 && { repeatUntilMs: now + 100 }),
    }
    const onAck = () => this.resolved.add(sequence)
    const onFail = () => {
      this.resolved.add(sequence)
      this.failed.add(sequence)
    }
    const sequence = this.session.send(name, payload, { ...options, onAck, onFail }, now)
    this.sent.set(sequence, { name, payload, minVersion, tick, seenEighths, origin })
  }

  #settle(sequence: number): void {
    const draw = this.#random()
    const outcome: Outcome =
      draw < 0.5
        ? { kind: 'done' }
        : draw < 0.75
          ? { kind: 'done', payload: this.#bytes(1) }
          : { kind: 'refused', code: 'poor', message: 'no' }
    this.settled.set(sequence, outcome)
    this.session.reply(sequence, outcome)
  }

  #bytes(least: number): Uint8Array {
    const length = least + Math.floor(this.#random() * 200)
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256))
  }
}
