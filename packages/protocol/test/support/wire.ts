// What tests across packages need of the wire: messages one by one, which no program has to do with.
export type { PacketLimits } from '../../src/packet.js'
export { type Role, readPacket, writeMessage } from '../messages/by-kind.js'
export { vectors } from '../messages/vectors.js'
