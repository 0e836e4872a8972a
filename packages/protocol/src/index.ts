export { ProtocolError, type ProtocolErrorCode, protocolErrorCodes, type Refusal, RefusalError } from './errors.js'
export { clientMaxPacketBytes, defaultSessionLimits, type EventLimits, limitsOf, type SessionLimits } from './limits.js'
export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type ChannelScope,
  channelEvent,
  channelsEvent,
  type MemberInfo,
  type MembersNews,
  maxPresentedBytes,
  membersEvent,
  type Presented,
} from './room-events.js'
export type { Session } from './session/session.js'
export { createClientSession, createServerSession } from './session/session.js'
export type {
  ClientSessionOptions,
  IncomingEvent,
  Outcome,
  SendOptions,
  ServerSessionOptions,
  SessionListener,
  SessionStats,
  SessionStatus,
} from './session/session-types.js'
export { type Timer, TimerQueue } from './timer-queue.js'
export type { Transport } from './transport/transport.js'
export { createTransportPair } from './transport/transport-pair.js'
export { type CloseCode, type CloseInfo, closeCodeOf, closeCodes } from './wire/close-codes.js'
export type { Hello } from './wire/handshake-messages.js'
export { protocolVersion } from './wire/handshake-messages.js'
export { encodeStateMessage, readHello, writeClose, writeRefusal } from './wire/packet.js'
export { isReserved, shutdownEvent, type World, worldEvent } from './world.js'
