import { randomInt } from 'node:crypto'
import type { Clock } from '@tygase/gamestate'
import {
  faultOfOptions,
  guard,
  guardedClock,
  Listeners,
  type LoggerOption,
  type OptionRow,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import type { Engine } from '../engine.js'
import { ClusterError } from '../errors.js'
import { OwnLease } from './own-lease.js'
import { Placement } from './placement.js'
import { type Claim, RoomClaims } from './room-claims.js'
import { type ListedServer, maxLeaseMs, maxWeight, type ServerReport, serverKey } from './server-record.js'
import { dead, ServerTable } from './server-table.js'

/** Options of a server in a cluster. */
export interface JoinClusterOptions extends Partial<ServerReport> {
  /** Connects the servers of the cluster. It stays open when this server leaves. */
  engine: Engine
  /**
   * Time after which a silent server counts as dead, in ms. It may act for two thirds of it after its last renewal. A shorter one
   * makes rooms go on sooner after a crash, and stop sooner while the engine is gone. From 100 to an hour. Default 6,000.
   */
  leaseMs?: number
  /** Numbers from 0 to below 1. Default: random ones that cannot be guessed. */
  random?: () => number
  /** Default: real time. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** Options of a claim. */
export interface ClaimOptions {
  /** The highest epoch with which the state of the room was ever written. Default 0: it was not. */
  readonly aboveEpoch?: number
  /** True if a moment ago no server had it: then it is not read whether one has, only written. Default false. */
  readonly isNew?: boolean
}

/** The options of `joinCluster`. */
export const joinClusterOptionRows: readonly OptionRow[] = [
  { name: 'engine', default: undefined, unit: '', min: 0, meaning: 'Connects the servers of the cluster.' },
  {
    name: 'leaseMs',
    default: 6000,
    unit: 'ms',
    min: 100,
    max: maxLeaseMs,
    meaning: 'Time after which a silent server counts as dead. It may act for two thirds of it after its last renewal.',
  },
  { name: 'address', default: '', unit: '', min: 0, meaning: 'Where clients reach this very process.' },
  { name: 'processId', default: undefined, unit: '', min: 0, meaning: 'Default: that of the process.' },
  { name: 'sessions', default: 0, unit: 'sessions', min: 0, whole: true, meaning: 'Sessions and reserved seats.' },
  {
    name: 'maxSessions',
    default: 1000,
    unit: 'sessions',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
    meaning: 'Sessions that it takes at most.',
  },
  {
    name: 'weight',
    default: 1,
    unit: 'share',
    min: Number.MIN_VALUE,
    max: maxWeight,
    meaning: 'How much it takes beside others.',
  },
  { name: 'kinds', default: undefined, unit: '', min: 0, meaning: 'Versions of rules by kind of room. Default: none.' },
  { name: 'random', default: undefined, unit: '', min: 0, meaning: 'Numbers from 0 to below 1. Default: secure ones.' },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
/** 80 bits. */
const serverIdLength = 16

export const secureRandom = (): number => randomInt(2 ** 32) / 2 ** 32

/** @returns letters and digits that are not mistaken for each other */
export function drawName(random: () => number, length: number): string {
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
}

/** This process as a server of a cluster: its lease, its rooms, and the others. */
export class ClusterServer {
  /** New for each start, and never used again. */
  readonly serverId: string
  readonly #lease: OwnLease
  readonly #servers: ServerTable
  readonly #rooms: RoomClaims
  readonly #placement: Placement
  readonly #ends = new Listeners<[]>()
  readonly #off: () => void
  #report: ServerReport
  #status: 'up' | 'draining' = 'up'

  /** For `joinCluster`. */
  constructor(options: JoinClusterOptions) {
    const { engine, leaseMs = 6000, address = '', processId = process.pid } = options
    const { sessions = 0, maxSessions = 1000, weight = 1, kinds = {} } = options
    const logger = toLogger(options.logger, options.clock)
    const clock = guardedClock(options.clock ?? systemClock, logger)
    const random = options.random ?? secureRandom
    this.serverId = drawName(random, serverIdLength)
    this.#report = { address, processId, sessions, maxSessions, weight, kinds }
    const { serverId } = this
    const describe = () => ({ ...this.#report, status: this.#status })
    const onEnd = (): void => {
      this.#rooms.end()
      this.#stop()
      this.#ends.each((listener) => guard(logger, 'a listener of onEnd failed', listener))
    }
    this.#lease = new OwnLease({ engine, clock, logger, serverId, leaseMs, describe, onEnd })
    this.#servers = new ServerTable(engine, clock, logger, leaseMs)
    this.#rooms = new RoomClaims(engine, serverId, this.#lease, this.#servers)
    this.#placement = new Placement(random)
    this.#servers.onChange((id) => this.#placement.forget(id))
    this.#off = engine.onConnection((isConnected) => {
      if (isConnected) this.#lease.renewNow()
    })
    // an engine that sees this process die buries it at once
    engine.will?.(serverKey(serverId), dead({ ...this.#report, leaseMs, renewal: 0 }))
  }

  /** Makes the record of this server. Rejects with the error of the engine. For `joinCluster`. */
  async start(): Promise<void> {
    try {
      await this.#lease.start()
    } catch (error) {
      this.#stop()
      throw error
    }
  }

  /**
   * True while this process may act for its rooms: to be asked before each tick, and before each write. False while its lease has not
   * been renewed in time, by its own clock; it may become true again, unless the lease is over.
   */
  get mayAct(): boolean {
    return this.#lease.mayAct
  }

  /** True once other servers have taken this one for dead, or it has left. It has lost its rooms, and never acts again. */
  get isOver(): boolean {
    return this.#lease.isOver
  }

  /** True once it takes no more rooms. */
  get isDraining(): boolean {
    return this.#status === 'draining'
  }

  /** All servers that are not dead, with this one: by id, as they were a moment ago. */
  get servers(): readonly ListedServer[] {
    return this.#servers.living
      .map(({ serverId, record: { address, processId, sessions, maxSessions, weight, kinds, status } }) => ({
        serverId,
        ...{ address, processId, sessions, maxSessions, weight, kinds },
        status: status as ListedServer['status'],
      }))
      .sort((a, b) => (a.serverId < b.serverId ? -1 : 1))
  }

  /** Calls `listener` whenever `servers` may have changed. @returns a function that removes it */
  onServers(listener: () => unknown): () => void {
    return this.#servers.onChange(() => listener())
  }

  /** Calls `listener` once if other servers have taken this one for dead. @returns a function that removes it */
  onEnd(listener: () => unknown): () => void {
    return this.#ends.add(listener)
  }

  /**
   * Chooses a server for a new room or client, this one included: of two at random the one with less load for its weight. It reserves
   * nothing: the server that is asked decides.
   * @param takes false for a server that is not to be chosen. Default: all may be
   * @throws ClusterError `cluster_full` if all drain or are at their limit
   */
  place(takes: (server: ListedServer) => boolean = () => true): ListedServer {
    return this.#placement.choose(this.servers.filter(takes))
  }

  /** @returns false for a server that is dead; undefined for one without a record, which is waited for a lease before it counts as dead */
  isAlive(serverId: string): boolean | undefined {
    if (serverId === this.serverId) return !this.isOver
    const life = this.#servers.lifeOf(serverId)
    return life === 'missing' ? undefined : life === 'alive'
  }

  /**
   * The server that has a room, as it was a moment ago: a hint. Rejects with the error of the engine.
   * @returns undefined if no server has it, or a dead one
   */
  async ownerOf(room: string): Promise<string | undefined> {
    const owner = await this.#rooms.ownerOf(room)
    return owner !== undefined && this.#servers.lifeOf(owner) !== 'dead' ? owner : undefined
  }

  /** True if a record names a server of the room, dead or not. Rejects with the error of the engine. */
  async hasRecord(room: string): Promise<boolean> {
    return (await this.#rooms.ownerOf(room)) !== undefined
  }

  /**
   * Gives a room of this server to another one, which then claims it. Nothing may act for it here any more.
   * Rejects with ClusterError `not_acting`; `record_conflict`; the errors of the engine
   */
  give(room: string, serverId: string): Promise<void> {
    return this.#rooms.give(room, serverId)
  }

  /** What others see of this server from its next renewal on. @throws ClusterError `invalid_argument` */
  report(report: Partial<Omit<ServerReport, 'processId'>>): void {
    checkOptions('report', report)
    this.#report = { ...this.#report, ...report }
  }

  /** Takes no more rooms: others hear of it at once. */
  drain(): void {
    this.#status = 'draining'
    this.#lease.renewNow()
  }

  /**
   * Claims a room: before a client gets a seat in it, and before its state is read from where it is kept. It is this server's if no
   * server has it, or a dead one.
   * @returns whose it is. Rejects with ClusterError: `not_acting` if this server may not act, also if the claim took too long;
   * `lease_over`; `room_contended`; the errors of the engine. After these the claim may have been made: claim again
   */
  async claim(room: string, { aboveEpoch = 0, isNew = false }: ClaimOptions = {}): Promise<Claim> {
    if (typeof room !== 'string' || room === '' || Buffer.byteLength(room) > maxRoomBytes) {
      throw new ClusterError('invalid_argument', `a room has an id of up to ${maxRoomBytes} bytes`)
    }
    if (!Number.isSafeInteger(aboveEpoch) || aboveEpoch < 0) {
      throw new ClusterError('invalid_argument', `an epoch is a whole number from 0, not ${String(aboveEpoch)}`)
    }
    return this.#rooms.claim(room, aboveEpoch, isNew)
  }

  /** The epoch of a room for which this process may act now; undefined if it may not. */
  epochOf(room: string): number | undefined {
    return this.#rooms.epochOf(room)
  }

  /** True for a room that this server has claimed, whether it may act at the moment or not. */
  holds(room: string): boolean {
    return this.#rooms.holds(room)
  }

  /** Gives a room back, once nothing acts for it any more. Rejects with the error of the engine; the room is given up all the same. */
  release(room: string): Promise<void> {
    return this.#rooms.release(room)
  }

  /**
   * Gives back a room that this server does not know, although the record names it: the answer to a claim was lost, or the room was
   * given to it and never came. As long as it lives no other one could claim it. Rejects with the error of the engine.
   */
  disown(room: string): Promise<void> {
    return this.#rooms.disown(room)
  }

  /**
   * Gives the lease back, as far as the engine can be reached: others take the rooms that are left. The engine stays open. Nothing may
   * act for a room any more.
   */
  async leave(): Promise<void> {
    if (this.#lease.isOver) return
    this.#rooms.end()
    // the records of its rooms stay: others take them from a dead server, as from any other one
    await this.#lease.stop()
    this.#stop()
  }

  #stop(): void {
    this.#off()
    this.#servers.stop()
  }
}

/** A token of a key has 200 characters with its prefix, and three bytes make four. */
const maxRoomBytes = 140

/**
 * Makes this process a server of the cluster that the engine connects.
 * @returns once its lease has begun. Rejects with ClusterError: `invalid_argument`, and the errors of the engine
 */
export async function joinCluster(options: JoinClusterOptions): Promise<ClusterServer> {
  checkOptions('joinCluster', options)
  if (typeof options.engine?.request !== 'function') {
    throw new ClusterError('invalid_argument', 'joinCluster has an engine, which connects the servers')
  }
  const server = new ClusterServer(options)
  await server.start()
  return server
}

function checkOptions(call: string, options: Partial<JoinClusterOptions>): void {
  const fault = faultOfOptions(call, joinClusterOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { address = '' } = options
  if (typeof address !== 'string' || address.length > 2000) {
    throw new ClusterError('invalid_argument', 'address is a text of up to 2,000 characters')
  }
}
