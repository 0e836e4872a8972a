import type { ByteWriter } from '@tygase/gamestate/bytes'
import { writeEvent } from './messages/event-message.js'
import type { OutgoingEvent } from './outgoing-events.js'

/** Beside name and payload an event takes at most this: head, sequence, version, lengths. */
const overheadBytes = 40

/** Writes events in their shortest form: names of the table as numbers, sequences that follow one another left out. */
export class EventWriter {
  #names: readonly string[] = []
  #nameIndex = new Map<string, number>()
  #lastWritten: number | undefined

  /** The names that travel as a number. */
  get names(): readonly string[] {
    return this.#names
  }

  set names(names: readonly string[]) {
    this.#names = names
    this.#nameIndex = new Map(names.map((name, i) => [name, i + 1]))
  }

  /** The next event says its sequence: on another transport, and where the packet before may be missing. */
  restart(): void {
    this.#lastWritten = undefined
  }

  /** What `maxEventBytes` counts: in UTF-16 units for a name that is not in the table. */
  sizeOf(name: string, payload: Uint8Array): number {
    return payload.length + this.nameLength(name)
  }

  /** 0 for a name of the table. */
  nameLength(name: string): number {
    return this.#nameIndex.has(name) ? 0 : name.length
  }

  /** The most that it takes in a packet. */
  mostBytes({ name, payload }: OutgoingEvent): number {
    return overheadBytes + payload.length + this.nameLength(name) * 3
  }

  /** @param isAhead whether the replica will be at the event's version before it reads the event */
  write(writer: ByteWriter, { sequence, name, payload, options }: OutgoingEvent, isAhead: boolean): void {
    const isNext = this.#lastWritten !== undefined && sequence === this.#lastWritten + 1
    writeEvent(writer, {
      sequence: isNext ? undefined : sequence,
      minVersion: isAhead ? undefined : options.minVersion,
      name: this.#nameIndex.get(name) ?? name,
      payload,
    })
    this.#lastWritten = sequence
  }
}
