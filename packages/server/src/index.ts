export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type MemberInfo,
  RefusalError,
} from '@tygase/protocol'
export type { Auth, AuthRequest, Identity } from './auth.js'
export { Backend, type BackendOptions } from './backend.js'
export type { ChannelListener } from './channels/channel.js'
export type { ChannelOptions, ChannelsOptions, PublishRight } from './channels/channel-options.js'
export type { Channels } from './channels/channels.js'
export { ClientHistory, type ClientHistoryOptions, type ClientRecord, type Visit } from './channels/client-history.js'
export type { AccessLogTarget } from './entrance/access-log.js'
export type { ClientAddress } from './entrance/address.js'
export { BlockList } from './entrance/block-list.js'
export type { AcceptedTransport } from './entrance/listener.js'
export type { AllowedOrigins } from './entrance/origins.js'
export type { TrustProxy } from './entrance/trusted-proxies.js'
export { ServerError, type ServerErrorCode, serverErrorCodes } from './errors.js'
export type { Reservation } from './rooms/reservations.js'
export type { CloseRoomOptions, ReserveOptions, Room, RoomOptions } from './rooms/room.js'
export type { RoomClient } from './rooms/room-client.js'
export type { RoomStatus } from './rooms/room-life.js'
export type { RoomFilter, RoomListing } from './rooms/room-list.js'
export type { MessageHandler, RoomHooks, RoomMetadata, SaveOptions } from './rooms/room-options.js'
export type { CreateRoomOptions } from './rooms/room-registry.js'
export { type RoomAddress, RoomServer, type RoomServerStats } from './rooms/room-server.js'
export type { RoomServerOptions } from './rooms/room-server-options.js'
export { Server } from './server.js'
export type { ServerConnection } from './server-connection.js'
export type {
  RunOptions,
  ServerDispatchOptions,
  ServerEventHandler,
  ServerOptions,
  ShutdownOptions,
} from './server-options.js'
export type { ServerStats } from './server-stats.js'
export type { Storage } from './storage.js'
