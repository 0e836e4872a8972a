export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type MemberInfo,
  RefusalError,
} from '@tygase/protocol'
export type { ChannelHandler, Channels } from './channels/channels.js'
export { connect } from './connect.js'
export type {
  ConnectOptions,
  DisconnectOptions,
  DispatchOptions,
  RequestOptions,
  WaitOptions,
} from './connect-options.js'
export { Connection } from './connection.js'
export { ClientError, type ClientErrorCode, clientErrorCodes } from './errors.js'
export type { ReplicaStore } from './replica.js'
export { type ListRoomsOptions, listRooms, type RoomFilter, type RoomListing } from './rooms/list-rooms.js'
export type { StatusListener } from './status-listeners.js'
export type { SelectOptions } from './subscriptions.js'
export type { Interpolation } from './timeline.js'
export type { OpenTransport, ServerAddress } from './transport-source.js'
