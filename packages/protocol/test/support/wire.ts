// For tests across packages: messages one by one.

export type { Side } from '../../src/wire/messages.js'
export type { PacketLimits } from '../../src/wire/packet.js'
export { readPacket, writeMessage } from './by-kind.js'
export { vectors } from './vectors.js'
