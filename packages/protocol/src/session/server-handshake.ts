import type { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { Hello, WelcomeMessage } from '../wire/handshake-messages.js'
import { messages, writeMessage } from '../wire/messages.js'
import { type Packet, refuseHandshake } from '../wire/packet.js'
import { equalBytes, type Handshake, type Meeting, type Progress } from './handshake.js'
import type { ServerSessionOptions } from './session-types.js'

/** The server's side of a handshake: answers the hello of each transport, and again if the answer got lost. */
export class ServerHandshake implements Handshake {
  readonly role = 'server'
  readonly isWaiting = false
  readonly isKnownToPeer = true
  readonly timeoutAt = Number.POSITIVE_INFINITY
  readonly mayTryAgain = false
  readonly clientId: string
  readonly names: readonly string[]
  readonly welcome: Uint8Array
  readonly #token: Uint8Array
  #answer: WelcomeMessage | undefined
  #isDue = false
  /** True once the client has shown that a welcome has come. */
  #hasMet = false

  constructor({ clientId, names, welcome, token }: ServerSessionOptions) {
    this.clientId = clientId
    this.names = names
    this.welcome = welcome
    this.#token = new Uint8Array(token)
  }

  get writeAt(): number {
    return this.#isDue ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  attach({ startMs, limits, receivedThrough }: Progress, hello: Hello | undefined): Meeting {
    if (hello === undefined) throw new ProtocolError('invalid_argument', 'a server needs a hello')
    const isFirst = this.#answer === undefined
    const { clientId, names, welcome: payload } = this
    this.#isDue = true
    this.#answer = {
      // copied: it is kept for longer than the packet
      attempt: new Uint8Array(hello.attempt),
      session:
        hello.resume && !isFirst
          ? { receivedThrough }
          : { clientId, token: this.#token, startMs, terms: limits, names, payload },
    }
    return { startMs: hello.startMs, receivedThrough: isFirst ? undefined : hello.receivedThrough }
  }

  drop(): void {
    this.#isDue = false
  }

  write(writer: ByteWriter): void {
    if (this.#answer === undefined || !this.#isDue) return
    this.#isDue = false
    writeMessage(writer, messages.welcome, this.#answer)
  }

  takeAnswer(): undefined {}

  later(packet: Packet, isReliable: boolean): void {
    if (isReliable) refuseHandshake(packet)
    if (packet.hello === undefined) this.#hasMet = true
    // a hello of an attempt that was given up does not belong to this session
    else if (this.#isAnsweredFor(packet.hello)) this.#isDue = true
  }

  /** Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return equalBytes(this.#token, token)
  }

  isExpected(hello: Hello): boolean {
    // a client that does not know of the session has received nothing in it
    const isNew = hello.resume === undefined && hello.receivedThrough === 0
    return isNew && !this.#hasMet && this.#isAnsweredFor(hello)
  }

  #isAnsweredFor({ attempt }: Hello): boolean {
    return this.#answer !== undefined && equalBytes(this.#answer.attempt, attempt)
  }
}
