// What tests across packages need of the wire: messages one by one, which no program has to do with.
export { type PacketLimits, readPacket } from '../../src/packet.js'
export { type Message, type Role, writeMessage } from '../../src/messages/messages.js'
export { vectors } from '../messages/vectors.js'
