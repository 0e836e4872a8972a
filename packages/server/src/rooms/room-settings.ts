import type { Clock, Logger } from '@tygase/gamestate'
import { withDetails } from '@tygase/gamestate/internal'
import { Counters, type SessionLimits } from '@tygase/protocol/internal'
import type { ClientTable } from '../clients/client-table.js'
import type { Acting } from '../cluster/acting.js'
import type { Door } from '../entrance/door.js'
import type { Metering } from '../metering.js'
import type { SettledRoomOptions } from '../options.js'
import type { RoomKind, Surroundings } from './kind.js'

/** What a room gets from its kind and its server when it is made, and keeps as it is. */
export abstract class RoomSettings {
  readonly kind: string
  readonly id: string
  /** Kind and id. */
  readonly key: string
  readonly clock: Clock
  /** For ticks, and for timers that are set anew on each of them. */
  readonly tickClock: Clock
  readonly wallClock: { now(): number }
  readonly logger: Logger
  readonly counters: Counters
  readonly metering: Metering
  readonly table: ClientTable
  readonly door: Door
  readonly exposeErrors: boolean
  /** Undefined without a cluster. */
  readonly acting: Acting | undefined
  readonly limits: Partial<SessionLimits>
  readonly maxClients: number
  readonly sendEveryTicks: number
  readonly idleGraceMs: number
  readonly runWhenEmpty: boolean
  readonly sendMembers: boolean
  readonly latencyIntervalMs: number
  readonly maxPresenceBytes: number
  readonly maxAheadMs: number
  readonly maxRewindMs: number
  readonly handOverHost: boolean
  readonly sessionsPerUser: 'both' | 'newest'
  readonly hostShutsDown: 'room' | 'server' | 'nothing'
  readonly save: SettledRoomOptions['save']

  constructor({ name, options }: RoomKind, surroundings: Surroundings, id: string) {
    this.kind = name
    this.id = id
    this.key = `${name}/${id}`
    this.clock = surroundings.clock
    this.tickClock = surroundings.schedule.clock
    this.wallClock = surroundings.wallClock
    this.logger = withDetails(surroundings.logger, { room: this.key })
    this.counters = new Counters(surroundings.counters)
    this.metering = surroundings.metering
    this.table = surroundings.table
    this.door = surroundings.door
    this.acting = surroundings.acting
    this.exposeErrors = surroundings.exposeErrors
    this.limits = { ...surroundings.limits, ...options.limits }
    this.maxClients = options.maxClients
    this.sendEveryTicks = options.sendEveryTicks
    this.idleGraceMs = options.idleGraceMs
    this.runWhenEmpty = options.runWhenEmpty
    this.sendMembers = options.sendMembers
    this.latencyIntervalMs = options.latencyIntervalMs
    this.maxPresenceBytes = options.maxPresenceBytes
    this.maxAheadMs = options.maxAheadMs
    this.maxRewindMs = options.maxRewindMs
    this.handOverHost = options.handOverHost
    this.sessionsPerUser = options.sessionsPerUser
    this.hostShutsDown = options.hostShutsDown
    this.save = options.save
  }
}
