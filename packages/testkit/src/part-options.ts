import type { ConnectOptions } from '@tygase/client'
import type { BackendOptions, RoomServerOptions } from '@tygase/server'

/** What a simulation gives to server and clients itself. */
type OwnOptions = 'clock' | 'random' | 'logger'

/** Of store, machine and server. */
export type SimulatedServerOptions = Omit<BackendOptions, OwnOptions>
/** Of a server of rooms. */
export type SimulatedRoomServerOptions = Omit<RoomServerOptions, OwnOptions>
/** Of `connect`. */
export type SimulatedConnectOptions = Omit<ConnectOptions, OwnOptions>
