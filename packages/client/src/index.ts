export { RefusalError } from '@tygase/protocol'
export { connect } from './connect.js'
export type {
  ConnectOptions,
  DisconnectOptions,
  DispatchOptions,
  RequestOptions,
  WaitOptions,
} from './connect-options.js'
export { Connection, type Interpolation, type ReplicaStore } from './connection.js'
export { ClientError, type ClientErrorCode, clientErrorCodes } from './errors.js'
export type { StatusListener } from './status-listeners.js'
export type { SelectOptions } from './subscriptions.js'
export type { OpenTransport, ServerAddress } from './transport-source.js'
