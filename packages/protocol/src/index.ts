export { type CloseCode, closeCodeOf, closeCodes } from './close-codes.js'
export { createClientSession, createServerSession } from './create-session.js'
export { ProtocolError, type ProtocolErrorCode, protocolErrorCodes, type Refusal } from './errors.js'
export { clientMaxPacketBytes, defaultSessionLimits, type EventLimits, limitsOf, type SessionLimits } from './limits.js'
export type { Hello } from './messages/hello-message.js'
export { encodeStateMessage, readHello, writeClose, writeRefusal } from './packet.js'
export { protocolVersion } from './protocol-version.js'
export { RefusalError } from './refusal-error.js'
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
export type { Session } from './session.js'
export type {
  ClientSessionOptions,
  CloseInfo,
  IncomingEvent,
  Outcome,
  SendOptions,
  ServerSessionOptions,
  SessionListener,
  SessionStats,
  SessionStatus,
} from './session-types.js'
export { type Timer, TimerQueue } from './timer-queue.js'
export type { Transport } from './transport.js'
export { createTransportPair } from './transport-pair.js'
export { isReserved, shutdownEvent, type World, worldEvent } from './world.js'
