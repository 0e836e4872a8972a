/** `up`: takes rooms. `draining`: keeps its rooms and takes no more. `dead`: may act for nothing, and never again. */
type ServerStatus = 'up' | 'draining' | 'dead'

/** What a server says about itself. */
export interface ServerReport {
  /** Where clients reach this very process. Empty: nowhere. */
  readonly address: string
  readonly processId: number
  /** Sessions and reserved seats. */
  readonly sessions: number
  /** Sessions that it takes at most. */
  readonly maxSessions: number
  /** How much it takes beside others: one with 2 gets twice as much as one with 1. Above 0. */
  readonly weight: number
  /** The kinds of rooms that it has, with the version of their rules. */
  readonly kinds: KindVersions
}

/** Versions of rules by kind of room. */
type KindVersions = Readonly<Record<string, number>>

/** One server of the cluster, as others see it. */
export interface ListedServer extends ServerReport {
  /** Of one start of its process. */
  readonly serverId: string
  /** `draining`: takes no more rooms. */
  readonly status: Exclude<ServerStatus, 'dead'>
}

/** The record of a server. */
export interface ServerRecord extends ServerReport {
  readonly status: ServerStatus
  /** Length of its lease, in ms: others wait for so long. */
  readonly leaseMs: number
  /** Number of its renewal, by which it knows its own writes. */
  readonly renewal: number
}

const statuses: readonly unknown[] = ['up', 'draining', 'dead']
/** Longest lease that a record may ask others to wait for. */
export const maxLeaseMs = 3_600_000
/** Greatest weight of a server. */
export const maxWeight = 1_000_000
const maxAddressLength = 2000
const maxKinds = 1000

/** Servers are found under this prefix. */
export const serverPrefix = 'server'

export function serverKey(serverId: string): string {
  return `${serverPrefix}.${serverId}`
}

/** @returns the id of a server */
export function serverIdOf(key: string): string {
  return key.slice(serverPrefix.length + 1)
}

/** A room's record is found under its id as one token, whatever characters the id has. */
export function roomKey(room: string): string {
  return `room.${Buffer.from(room, 'utf8').toString('base64url')}`
}

export function writeRecord(record: ServerRecord | RoomRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record))
}

/** Who may act for a room. */
export interface RoomRecord {
  readonly serverId: string
  /** Grows by one at least whenever the room changes hands. From 1. */
  readonly epoch: number
}

/** @returns undefined for bytes that are no record of a server */
export function readServerRecord(bytes: Uint8Array): ServerRecord | undefined {
  const read = readJson(bytes) as Partial<ServerRecord> | undefined
  if (read === undefined) return undefined
  const { status, leaseMs, renewal, address, processId, sessions, maxSessions, weight, kinds } = read
  const isRecord =
    statuses.includes(status) &&
    isBetween(leaseMs, Number.MIN_VALUE, maxLeaseMs) &&
    isBetween(weight, Number.MIN_VALUE, maxWeight) &&
    [renewal, processId, sessions, maxSessions].every((count) => isBetween(count, 0, Number.MAX_SAFE_INTEGER)) &&
    typeof address === 'string' &&
    address.length <= maxAddressLength &&
    areKinds(kinds)
  return isRecord
    ? ({ status, leaseMs, renewal, address, processId, sessions, maxSessions, weight, kinds } as ServerRecord)
    : undefined
}

/** @returns undefined for bytes that are no record of a room */
export function readRoomRecord(bytes: Uint8Array): RoomRecord | undefined {
  const { serverId, epoch } = (readJson(bytes) ?? {}) as Partial<RoomRecord>
  if (typeof serverId !== 'string' || !/^[\w-]{1,64}$/.test(serverId)) return undefined
  return Number.isSafeInteger(epoch) && epoch! >= 1 ? { serverId, epoch: epoch! } : undefined
}

function areKinds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const versions = Object.values(value)
  return versions.length <= maxKinds && versions.every((version) => isBetween(version, 0, Number.MAX_SAFE_INTEGER))
}

function readJson(bytes: Uint8Array): object | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof read === 'object' && read !== null ? read : undefined
  } catch {
    return undefined
  }
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}
