export {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type MemberInfo,
  RefusalError,
} from '@tygase/protocol'
export type { AccessLogTarget } from './access-log/access-log.js'
export { Backend, type BackendOptions } from './backend.js'
export type { ChannelListener } from './channels/channel.js'
export type { ChannelOptions, ChannelsOptions, PublishRight } from './channels/channel-options.js'
export type { Channels } from './channels/channels.js'
export type { AcceptedTransport, ClientAddress } from './client-address.js'
export type { AllowedOrigins } from './defence/allowed-origins.js'
export type { TrustProxy } from './defence/trusted-proxies.js'
export { ServerError, type ServerErrorCode, serverErrorCodes } from './errors.js'
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
