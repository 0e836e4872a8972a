export type { Engine, EngineRecord, EngineRecords, RecordChange } from './engine.js'
export { ClusterError, type ClusterErrorCode } from './errors.js'
export { type ClusterServer, type JoinClusterOptions, joinCluster, type ListedServer } from './lease/cluster-server.js'
export type { Claim } from './lease/room-claims.js'
