// For tests across packages: messages one by one.

export type { PacketLimits, Side } from '../../src/wire/messages.js'
export { readPacket, writeMessage } from './by-kind.js'
export { vectors } from './vectors.js'
