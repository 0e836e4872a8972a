import { ProtocolError } from '../errors.js'
import type { AckMessage } from './ack-message.js'
import type { Ending } from './ending-message.js'
import { type EventMessage, type FloorMessage, maxNameLength } from './event-message.js'
import type { Hello } from './hello-message.js'
import type { HaveMessage, StateMessage } from './state-message.js'
import type { TimeMessage } from './time-message.js'
import type { WelcomeMessage } from './welcome-message.js'

/** What the events of one packet may come to. */
export interface EventBounds {
  readonly maxEventsPerPacket: number
  readonly maxEventBytes: number
}

const none: readonly never[] = []

/** The messages of one packet, by kind; undefined or none where it has no such message. */
export class Packet {
  hello: Hello | undefined = undefined
  welcome: WelcomeMessage | undefined = undefined
  refuse: Ending | undefined = undefined
  close: Ending | undefined = undefined
  have: HaveMessage | undefined = undefined
  ack: AckMessage | undefined = undefined
  time: TimeMessage | undefined = undefined
  floor: FloorMessage | undefined = undefined
  // most packets have none of these
  #states: StateMessage[] | undefined = undefined
  #events: EventMessage[] | undefined = undefined

  get states(): readonly StateMessage[] {
    return this.#states ?? none
  }

  get events(): readonly EventMessage[] {
    return this.#events ?? none
  }

  addState(state: StateMessage): void {
    this.#states ??= []
    this.#states.push(state)
  }

  /** Throws `event_too_large`, `too_many_events`. */
  addEvent(event: EventMessage, { maxEventBytes, maxEventsPerPacket }: EventBounds): void {
    const { name, payload } = event
    const nameLength = typeof name === 'string' ? name.length : 0
    if (nameLength > maxNameLength || payload.length + nameLength > maxEventBytes) {
      throw new ProtocolError(
        'event_too_large',
        `an event of ${payload.length} bytes with a name of ${nameLength}, at most ${maxEventBytes} are taken`,
      )
    }
    this.#events ??= []
    if (this.#events.length >= maxEventsPerPacket) {
      throw new ProtocolError('too_many_events', `at most ${maxEventsPerPacket} events go into a packet`)
    }
    this.#events.push(event)
  }
}

/** Throws `unexpected_message` for what belongs to a handshake. */
export function refuseHandshake({ hello, welcome, refuse }: Packet): void {
  if (hello || welcome || refuse) {
    throw new ProtocolError('unexpected_message', 'a handshake on a transport that had one')
  }
}
