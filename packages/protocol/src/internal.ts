// For the packages of this repository only: no promise is made about these names.
export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type ChannelScope,
  type Credentials,
  channelActions,
  channelEvent,
  channelsEvent,
  digestEvent,
  effectsEvent,
  type GameInfo,
  gameEvent,
  gameTimeOf,
  isReserved,
  joinedEvent,
  type MemberInfo,
  type MembersNews,
  maxCredentialsBytes,
  membersEvent,
  movingEvent,
  presenceEvent,
  type RoomInfo,
  readCredentials,
  readGameInfo,
  shutdownEvent,
  writeCredentials,
  writeGameInfo,
} from './app.js'
export { Counters, type Counts, counterMeanings } from './counters.js'
export { ProtocolError, type ProtocolErrorCode, protocolErrorCodes, type Refusal, RefusalError } from './errors.js'
export { bookkeepingBytes, maxNameLength } from './fixed-limits.js'
export { type LimitRow, sessionLimitRows } from './limit-rows.js'
export {
  type ClientLimits,
  clientLimitsOf,
  clientMaxPacketBytes,
  type EventLimits,
  type SessionLimits,
} from './limits.js'
export { lossyDelivery } from './lossy/lossy-link.js'
export { defaultSessionLimits, limitsOf } from './server-limits.js'
export { ClientSession } from './session/client-session.js'
export type { LossyDelivery } from './session/role.js'
export { ServerSession } from './session/server-session.js'
export type { Session } from './session/session.js'
export type { CounterName, SessionCounts } from './session/session-counters.js'
export type {
  ClientSessionOptions,
  IncomingEvent,
  Outcome,
  SendOptions,
  SentState,
  ServerSessionOptions,
  SessionLedger,
  SessionListener,
  SessionProgress,
  SessionStatus,
} from './session/session-types.js'
export { longAgo, never } from './timing.js'
export { createLocalTransports, createTransportPair, sendShared, type Transport } from './transport.js'
export { type CloseCode, type CloseInfo, closeCodeOf, closeCodes, closeNumbers, ownReason } from './wire/close-codes.js'
export { type Hello, protocolVersion } from './wire/handshake-messages.js'
export {
  encodeStateMessage,
  fromClient,
  fromServer,
  type MessageName,
  type MessageRow,
  messages,
  readHello,
  readPacket,
  writeClose,
  writeMessage,
  writeRefusal,
} from './wire/messages.js'
