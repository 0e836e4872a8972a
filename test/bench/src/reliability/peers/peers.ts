import { colyseusPeer } from './colyseus-peer.js'
import type { Peer } from './peer.js'
import { socketIoPeer } from './socket-io-peer.js'
import { tygasePeer } from './tygase-peer.js'

export const peers: readonly Peer[] = [tygasePeer, socketIoPeer, colyseusPeer]
