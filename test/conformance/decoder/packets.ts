import type { Outcome, Run } from './ack-runs.js'
import { ByteReader, refuse } from './bytes.js'
import { FormCounts } from './form-counts.js'
import {
  maxSequence,
  type RawAck,
  type RawArrival,
  type RawEvent,
  type RawMessage,
  readAck,
  readArrival,
  readEvent,
  readFarewell,
  readFloor,
  readHave,
  readHello,
  readState,
  readTime,
  readWelcome,
} from './messages.js'

export interface Event {
  readonly kind: 'event'
  readonly sequence: number
  readonly minVersion?: number
  readonly tick?: number
  readonly seenEighths?: number
  readonly origin?: { readonly sequence: number; readonly n: number }
  readonly name: string
  readonly payload?: Uint8Array
}

interface Ack {
  readonly kind: 'ack'
  /** The sequence that the first run begins with. */
  readonly start: number
  readonly runs: readonly Run[]
}

/** How early an event came, in eighths of a tick. */
interface Arrival {
  readonly kind: 'arrival'
  readonly sequence: number
  readonly early: number
}

export type Message = Exclude<RawMessage, RawEvent | RawAck | RawArrival> | Event | Ack | Arrival

export type Side = 'client' | 'server'

/** What the peer takes: the limits of the page, for bytes those of a packet from a client or from a server. */
export interface PacketLimits {
  readonly maxPacketBytes: number
  readonly maxEventsPerPacket: number
  readonly maxEventBytes: number
}

function defaultLimits(from: Side): PacketLimits {
  return { maxPacketBytes: from === 'client' ? 2 ** 20 : 2 ** 26, maxEventsPerPacket: 2048, maxEventBytes: 65536 }
}

const maxHelloBytes = 16 * 1024
const maxNameLength = 128

interface KindRules {
  readonly from: Side | 'both'
  readonly often: 'alone' | 'once' | 'many'
  readonly flags: number
  readonly read: (bytes: ByteReader, flags: number, from: Side) => RawMessage
}

const kinds: readonly (KindRules | undefined)[] = [
  undefined,
  { from: 'client', often: 'alone', flags: 0x00, read: readHello },
  { from: 'server', often: 'once', flags: 0x10, read: readWelcome },
  { from: 'server', often: 'alone', flags: 0x00, read: (bytes) => readFarewell(bytes, 'refuse') },
  { from: 'both', often: 'once', flags: 0x00, read: (bytes) => readFarewell(bytes, 'close') },
  { from: 'server', often: 'many', flags: 0x10, read: readState },
  { from: 'client', often: 'once', flags: 0x10, read: readHave },
  { from: 'both', often: 'many', flags: 0xf0, read: readEvent },
  { from: 'both', often: 'once', flags: 0xf0, read: readAck },
  { from: 'both', often: 'once', flags: 0x10, read: readTime },
  { from: 'both', often: 'once', flags: 0x00, read: readFloor },
  { from: 'server', often: 'many', flags: 0x00, read: readArrival },
]

/** Reads what one side writes on one transport, packet after packet. */
export class PacketDecoder {
  /** The table of the WELCOME. One that comes in a packet sets it; for packets of a client it is set from outside. */
  names: readonly string[] = []
  readonly #from: Side
  readonly #reliable: boolean
  readonly #limits: PacketLimits
  readonly #met: FormCounts
  #lastSequence: number | undefined
  #reference = 0
  #shookHands = false

  constructor(from: Side, reliable: boolean, met = new FormCounts(), limits: PacketLimits = defaultLimits(from)) {
    this.#from = from
    this.#reliable = reliable
    this.#met = met
    this.#limits = limits
  }

  /**
   * Reads a packet to its last byte.
   *
   * @throws Refused for what the page does not allow; the packet has had no effect then
   */
  decode(packet: Uint8Array): Message[] {
    if (packet.length > this.#limits.maxPacketBytes) refuse('a packet above the limit')
    const raw = readMessages(packet, this.#from, this.#met)
    this.#checkHandshake(raw, packet.length)
    const names = raw.find((message) => message.kind === 'newWelcome')?.names ?? this.names
    const events = raw.filter((message) => message.kind === 'event')
    const named = this.#nameEvents(events, names)
    let event = 0
    const ack = raw.find((message) => message.kind === 'ack')
    const length = ack?.runs.reduce((sum, { count }) => sum + count, 0) ?? 0
    const reference = ack === undefined ? this.#reference : this.#reference + ack.start + length
    const messages = raw.map((message): Message => {
      if (message.kind === 'event') return named[event++]!
      if (message.kind === 'arrival') {
        return { kind: 'arrival', sequence: reference - 1 - message.back, early: message.early }
      }
      if (message.kind !== 'ack') return message
      const start = reference - length
      if (start < 1 || reference > maxSequence + 1) refuse('an ack beyond the sequences')
      const outcomes = message.runs.flatMap((run) => (run.type === 'outcomes' ? run.outcomes : []))
      if (outcomes.some((each) => this.#isTooLarge(each))) refuse('an outcome too large')
      return { ...message, start }
    })
    this.names = names
    if (this.#reliable) {
      this.#reference = reference
      this.#lastSequence = named.at(-1)?.sequence ?? this.#lastSequence
    }
    this.#shookHands ||= raw.some(isHandshake)
    return messages
  }

  #checkHandshake(messages: readonly RawMessage[], length: number): void {
    const found = messages.find(isHandshake)
    if (this.#from === 'client' && !this.#shookHands && !found) refuse('the first packet is not a hello')
    if (this.#reliable && this.#shookHands && found) refuse('a handshake after the handshake')
    if (this.#from === 'client' && found && length > maxHelloBytes) refuse('a hello above 16 KiB')
  }

  #isTooLarge(outcome: Outcome): boolean {
    const { maxEventBytes } = this.#limits
    if ('returned' in outcome) return outcome.returned.length > maxEventBytes
    return outcome.code.length + outcome.message.length > Math.max(maxEventBytes, 256)
  }

  #nameEvents(events: readonly RawEvent[], names: readonly string[]): Event[] {
    if (events.length > this.#limits.maxEventsPerPacket) refuse('too many events in a packet')
    let last = this.#reliable ? this.#lastSequence : undefined
    return events.map(({ place, name: written, sequence: said, ...rest }) => {
      last = said ?? (last === undefined ? refuse('the first event has no sequence') : last + 1)
      if (last > maxSequence) refuse('a sequence above 2^50')
      const name = written ?? names[place - 1] ?? refuse('a name that is not in the table')
      if ((written?.length ?? 0) > maxNameLength) refuse('a name too long')
      if ((written?.length ?? 0) + (rest.payload?.length ?? 0) > this.#limits.maxEventBytes)
        refuse('an event too large')
      return { ...rest, sequence: last, name }
    })
  }
}

function isHandshake({ kind }: RawMessage): boolean {
  return kind === 'hello' || kind === 'foreignHello' || kind === 'welcome' || kind === 'newWelcome' || kind === 'refuse'
}

function readMessages(packet: Uint8Array, from: Side, met: FormCounts): RawMessage[] {
  const bytes = new ByteReader(packet)
  const messages: RawMessage[] = []
  const seen = new Set<KindRules>()
  let alone = false
  do {
    const head = bytes.byte()
    const rules = kinds[head & 0x0f] ?? refuse('a kind that does not exist')
    const flags = head & 0xf0
    if (flags & ~rules.flags) refuse('a flag that does not exist')
    if (rules.from !== 'both' && rules.from !== from) refuse('a message from the wrong side')
    if (rules.often !== 'many' && seen.has(rules)) refuse('a message too many')
    seen.add(rules)
    alone ||= rules.often === 'alone'
    if (alone && messages.length > 0) refuse('a message that has to be alone is not')
    const message = rules.read(bytes, flags, from)
    messages.push(message)
    met.count(`${from} ${head.toString(16).padStart(2, '0')}`)
    if (message.kind === 'foreignHello') return messages
  } while (bytes.left > 0)
  return messages
}
