// For the packages of this repository only: no promise is made about these names.
export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type ChannelScope,
  type Credentials,
  channelEvent,
  channelsEvent,
  type GameInfo,
  gameEvent,
  isReserved,
  joinedEvent,
  type MemberInfo,
  type MembersNews,
  maxCredentialsBytes,
  membersEvent,
  type RoomInfo,
  readCredentials,
  readGameInfo,
  shutdownEvent,
  writeCredentials,
  writeGameInfo,
} from './app.js'
export { type CloseCode, closeCodeOf, closeCodes } from './close-codes.js'
export { type CounterName, Counters, counterMeanings } from './counters.js'
export { createClientSession, createServerSession } from './create-session.js'
export { ProtocolError, type ProtocolErrorCode, protocolErrorCodes, type Refusal } from './errors.js'
export { clientMaxPacketBytes, defaultSessionLimits, type EventLimits, limitsOf, type SessionLimits } from './limits.js'
export type { Hello } from './messages/hello-message.js'
export { encodeStateMessage, readHello, writeClose, writeRefusal } from './packet.js'
export { decodePayload, encodePayload } from './payload/payload.js'
export { defaultPayloadLimits, type PayloadLimits } from './payload/payload-limits.js'
export { protocolVersion } from './protocol-version.js'
export { RefusalError } from './refusal-error.js'
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
