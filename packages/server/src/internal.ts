// For the packages of this repository only: no promise is made about these names.
export { isUserId, systemTime, type WallClock, wallClock } from './auth.js'
export type { ClientLink } from './clients/client-link.js'
export type {
  ClusterHost,
  ClusterIdentity,
  ClusterServerInfo,
  DrainOptions,
  LeftRoom,
  RoomPlace,
  RoomWish,
  ServerCluster,
  SharedJournal,
  WantedRoom,
} from './cluster/cluster.js'
export type { Divergence, DivergenceOptions } from './divergence/divergence.js'
export {
  type ClientAddress,
  formatAddress,
  isLoopback,
  neighbourhoodOf,
  normalHost,
  requestAddress,
} from './entrance/address.js'
export { type BucketRate, limitPerAddress, RequestRate, TokenBuckets } from './entrance/address-limits.js'
export { Budget, type BudgetRates } from './entrance/budget.js'
export { AccessLog, type AccessLogTarget } from './entrance/door.js'
export { answerRoomList, originCheck, type RoomSource } from './entrance/http-answers.js'
export type {
  HandedRequest,
  ListenerDoor,
  ListeningAddress,
  Mount,
  MountOpening,
  MountRefusal,
  PlayedServer,
  SocketGiver,
} from './entrance/listener.js'
export { loadWebSocketListener } from './entrance/listening.js'
export { answerAndClose, closingAnswer } from './entrance/request-sockets.js'
export type { Journal, JournalEntryKind, JournaledRoom } from './journal/journal.js'
export { type Meter, type MeteredServer, Metering, meteringOf } from './metering.js'
export type { ServerOptionRow } from './option-rows.js'
export { roomOptionRows, runOptionRows, serverOptionRows } from './option-tables.js'
export type { RoomCore } from './rooms/room-core.js'
export {
  type RestoreOptions,
  restoreState,
  type SavedState,
  StateSaver,
  type StateSaverOptions,
  saveState,
} from './rooms/saved-state.js'
export { isDevelopment } from './server.js'
export type { ListOptions, Storage, StorageEntry, StorageOperation, WriteOptions } from './storage.js'
