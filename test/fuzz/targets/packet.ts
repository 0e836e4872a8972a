import { isDeepStrictEqual } from 'node:util'
import { ByteWriter, TygaseError } from '@tygase/gamestate/internal'
import {
  type PacketLimits,
  readPacket,
  type Side,
  vectors,
  writeMessage,
} from '../../../packages/protocol/test/support/wire.js'
import type { Dice } from '../dice.js'
import { farPacket } from '../support/far-packets.js'
import { recordedPackets } from '../support/recorded-packets.js'
import { demand, kindOf, type Target } from '../target.js'

const roles: readonly Side[] = ['client', 'server']
const limits: readonly PacketLimits[] = [
  { maxPacketBytes: 1 << 20, maxEventsPerPacket: 2048, maxEventBytes: 1 << 16 },
  { maxPacketBytes: 200, maxEventsPerPacket: 2, maxEventBytes: 20 },
]

/** The first byte says who sent the packet and which limits hold; the rest is the packet. */
export const packet: Target = {
  name: 'packet',
  about: 'packets of either side; what is taken is written and read again',
  share: 28,
  corpus(dice) {
    const messages = vectors.map(([, , hex]) => Uint8Array.from(hex.split(' '), (pair) => Number.parseInt(pair, 16)))
    const far = Array.from({ length: 40 }, () => farPacket(dice))
    return [...messages, ...recordedPackets(dice), ...far].flatMap((bytes) => [from(0, bytes), from(1, bytes)])
  },
  fresh: (dice: Dice) => from(dice.below(4), dice.bytes(1 + dice.below(20))),
  run(input) {
    const first = input[0] ?? 0
    const role = roles[first & 1]!
    const taken = limits[(first >> 1) & 1]!
    const bytes = input.subarray(1)
    let messages: ReturnType<typeof readPacket>
    try {
      messages = readPacket(bytes, role, taken)
    } catch (error) {
      if (error instanceof TygaseError) return kindOf(error)
      throw error
    }
    const writer = new ByteWriter()
    for (const message of messages) writeMessage(writer, message)
    const again = writer.finish()
    demand(isDeepStrictEqual(readPacket(again, role, limits[0]!), messages), 'written again, it is another packet')
    return `ok ${messages.map(({ kind }) => kind).join(' ')}`.slice(0, 60)
  },
}

function from(first: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(first, ...bytes)
}
