import type { ByteReader, ByteWriter, EncodeLimits } from '@tygase/gamestate/internal'
import type { MessageRow } from '@tygase/protocol/internal'
import type { Library } from '../library.js'
import { inventValue, reservedContents } from './content.js'
import { Genes } from './genes.js'
import { Inventor } from './inventor.js'
import type { Kind } from './kinds.js'
import type { World } from './world.js'

/** A member of a kind: the same genes make the same messages in the same world. */
export interface Member {
  readonly kind: Kind
  readonly genes: Uint8Array
}

/** What a member does before it attacks. All of it is within the default limits. */
export interface Preparation {
  /** Events of the attacker that wait for an asynchronous handler. */
  readonly waiting: number
  /** Events of the server that the attacker does not ack. */
  readonly unacked: number
  /** Channels that it is subscribed to. */
  readonly channels: number
  /** True if it acks and answers as it should while it attacks. */
  readonly isAnswering: boolean
}

/** Genes that are taken by the preparation. */
const preparationGenes = 4

/**
 * The preparation of a member.
 * @param share of what the limits allow. A search finds the same with less of it in less time.
 */
export function preparationOf({ genes }: Member, share = 1 / 8): Preparation {
  const choices = new Genes(genes.subarray(0, preparationGenes))
  return {
    waiting: choices.pick([0, 0, 0, 64, Math.floor(8000 * share)]),
    unacked: choices.pick([0, 0, 0, 100, Math.floor(4000 * share)]),
    channels: choices.pick([0, 0, 1, 99]),
    isAnswering: choices.oneIn(2),
  }
}

/** Makes the packets of a member of the families `message` and `event`, one after the other. */
export class PacketSource {
  readonly #library: Library
  readonly #member: Member
  readonly #world: World
  readonly #example: Uint8Array | undefined
  readonly #writer: ByteWriter
  readonly #payloadLimits: EncodeLimits
  #fixed: Uint8Array | undefined
  #fixedEvents = 0
  #hasBegun = false

  /** @param example an honest packet that begins with a message of the kind, if there is one */
  constructor(library: Library, member: Member, world: World, example?: Uint8Array) {
    const { defaultSessionLimits, maxNameLength } = library.protocol
    this.#library = library
    this.#writer = new library.gamestate.ByteWriter()
    // a name that is written out shares the limit with the payload
    const maxEventBytes = defaultSessionLimits.maxEventBytes - maxNameLength
    this.#payloadLimits = { ...defaultSessionLimits, maxEventBytes }
    this.#member = member
    this.#world = world
    this.#example = example
  }

  /** @returns undefined if the genes make no message that the format allows */
  next(): Uint8Array | undefined {
    if (this.#fixed === undefined) {
      const genes = new Genes(this.#member.genes.subarray(preparationGenes))
      this.#writer.reset()
      const made = this.#member.kind.family === 'event' ? this.#writeEvents(genes) : this.#writeMessages(genes)
      if (made === undefined) return undefined
      const packet = this.#writer.finish()
      if (packet.length > this.#library.protocol.defaultSessionLimits.maxPacketBytes) return undefined
      if (made.isLive) {
        this.#world.nextSequence += made.events
        return packet
      }
      this.#fixed = packet
      this.#fixedEvents = made.events
    }
    this.#world.nextSequence += this.#fixedEvents
    return this.#fixed
  }

  #writeMessages(genes: Genes): { isLive: boolean; events: number } | undefined {
    const { messages, writeMessage, defaultSessionLimits } = this.#library.protocol
    // reason: a kind of the family is a row of the table, and every row reads what it writes
    const row = messages[this.#member.kind.subject as keyof typeof messages] as unknown as MessageRow<unknown>
    const most = row.perPacket === 'many' ? (row.most?.(defaultSessionLimits) ?? 1) : 1
    const count = 1 + genes.size(most - 1)
    const start = genes.position
    let isLive = false
    for (let index = 0; index < count && this.#writer.length < defaultSessionLimits.maxPacketBytes / 2; index++) {
      genes.rewind(start)
      const inventor = new Inventor(genes, this.#world, (choices) => this.#payload(choices), this.#exampleReader())
      const flags = (row.allFlags ?? 0) & (genes.below(16) << 4)
      let message: unknown
      try {
        // reason: it has all the methods of a reader
        message = row.read(inventor as unknown as ByteReader, flags, defaultSessionLimits)
        writeMessage(this.#writer, row, message)
      } catch {
        return undefined
      }
      isLive ||= inventor.isLive
    }
    return { isLive, events: this.#member.kind.subject === 'event' ? count : 0 }
  }

  #writeEvents(genes: Genes): { isLive: boolean; events: number } {
    const { subject } = this.#member.kind
    const { names, nextSequence, isLossy = false } = this.#world
    const isFirst = !this.#hasBegun
    const index = names.indexOf(subject)
    const { messages, writeMessage, defaultSessionLimits } = this.#library.protocol
    const most = defaultSessionLimits.maxEventsPerPacket
    const order = genes.pick(['next', 'next', 'next', 'again', 'gap'] as const)
    const wanted = 1 + genes.size(most - 1)
    const payload = this.#payload(genes, reservedContents[subject])
    const count = Math.max(
      1,
      Math.min(wanted, Math.floor(defaultSessionLimits.maxPacketBytes / (payload.length + subject.length + 16))),
    )
    for (let place = 0; place < count; place++) {
      // on a new transport the first event says its sequence, and each one on a transport that may lose packets
      const first = this.#hasBegun ? undefined : nextSequence
      const next = isLossy ? nextSequence + place : first
      this.#hasBegun = true
      const sequences = { next, again: Math.max(1, nextSequence - 1), gap: nextSequence + 3 * place }
      writeMessage(this.#writer, messages.event, {
        sequence: sequences[order],
        minVersion: undefined,
        name: index < 0 ? subject : index + 1,
        payload,
      })
    }
    return { isLive: order !== 'next' || isFirst || isLossy, events: { next: count, again: 0, gap: 3 * count }[order] }
  }

  #exampleReader(): ByteReader | undefined {
    if (this.#example === undefined) return undefined
    const reader = new this.#library.gamestate.ByteReader(this.#example)
    // the head byte
    reader.readByte()
    return reader
  }

  /** Bytes of a payload within the limits: content that is too large is made again with fewer values. */
  #payload(genes: Genes, content: typeof inventValue = inventValue): Uint8Array {
    const { encodeValue } = this.#library.gamestate
    const start = genes.position
    for (let most = 65_000; most > 1; most = Math.floor(most / 4)) {
      genes.rewind(start)
      try {
        return encodeValue(content(genes, this.#world, most), this.#payloadLimits)
      } catch {
        // above a limit
      }
    }
    return encodeValue(null)
  }
}
