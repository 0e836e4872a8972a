import { ProtocolError } from './errors.js'
import type { SessionLimits } from './limits.js'
import type { MessageTable } from './messages/messages.js'
import type { Packet } from './messages/packet-contents.js'
import { type PacketLimits, readPacket } from './packet.js'
import { RateLimit } from './rate-limit.js'

/** The packets of a session: counted, and kept from coming too fast. */
export class Traffic {
  packetsIn = 0
  packetsOut = 0
  bytesIn = 0
  bytesOut = 0
  readonly #packetRate: RateLimit
  readonly #eventRate: RateLimit

  constructor({ maxPacketsPerSecond, maxEventsPerSecond }: SessionLimits, now: number) {
    this.#packetRate = new RateLimit(maxPacketsPerSecond, now)
    this.#eventRate = new RateLimit(maxEventsPerSecond, now)
  }

  /** Throws `rate_limited`, and as `readPacket` does. */
  read(bytes: Uint8Array, table: MessageTable, limits: PacketLimits, now: number): Packet {
    this.packetsIn++
    this.bytesIn += bytes.length
    if (!this.#packetRate.take(1, now)) throw new ProtocolError('rate_limited', 'too many packets in a second')
    const packet = readPacket(bytes, table, limits)
    if (!this.#eventRate.take(packet.events.length, now)) {
      throw new ProtocolError('rate_limited', 'too many events in a second')
    }
    return packet
  }

  wrote(bytes: number): void {
    this.packetsOut++
    this.bytesOut += bytes
  }
}
