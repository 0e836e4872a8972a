import type { Engine, EngineRecord } from '../engine.js'
import { ClusterError } from '../errors.js'
import type { OwnLease } from './own-lease.js'
import { readRoomRecord, roomKey, writeRecord } from './server-record.js'
import type { ServerTable } from './server-table.js'

/** Whose a room is: this server's, with an epoch, or another one's. */
export type Claim =
  | { readonly isOwn: true; readonly epoch: number }
  | { readonly isOwn: false; readonly serverId: string }

/** So often other servers may be faster, or what was read older than what is there. */
const mostTries = 10

/**
 * The rooms of this process: at any time one process at most may act for a room.
 *
 * Invariant: a process acts for a room only by its own write to the revision that it has read, with a higher epoch: of a record that is
 * not there, that names a dead server, or that is its own. What is only read may be old.
 */
export class RoomClaims {
  readonly #engine: Engine
  readonly #serverId: string
  readonly #lease: OwnLease
  readonly #servers: ServerTable
  /** What this process has written of its rooms. */
  readonly #own = new Map<string, { readonly epoch: number; readonly revision: number }>()
  /** Claims under way: all that ask meanwhile get their result. */
  readonly #claiming = new Map<string, Promise<Claim>>()

  constructor(engine: Engine, serverId: string, lease: OwnLease, servers: ServerTable) {
    this.#engine = engine
    this.#serverId = serverId
    this.#lease = lease
    this.#servers = servers
  }

  /** The epoch of a room for which this process may act now; undefined if it may not. */
  epochOf(room: string): number | undefined {
    return this.#lease.mayAct ? this.#own.get(room)?.epoch : undefined
  }

  /** See `ClusterServer.holds`. */
  holds(room: string): boolean {
    return this.#own.has(room)
  }

  /** See `ClusterServer.claim`. */
  claim(room: string, aboveEpoch: number, isNew: boolean): Promise<Claim> {
    const waiting = this.#claiming.get(room)
    if (waiting !== undefined) {
      const isEnough = (claim: Claim): boolean => !claim.isOwn || claim.epoch > aboveEpoch
      return waiting.then((claim) => (isEnough(claim) ? claim : this.claim(room, aboveEpoch, isNew)))
    }
    const claiming = this.#claim(room, aboveEpoch, isNew).finally(() => this.#claiming.delete(room))
    this.#claiming.set(room, claiming)
    return claiming
  }

  /** See `ClusterServer.ownerOf`. A dead server is named as well. */
  async ownerOf(room: string): Promise<string | undefined> {
    if (this.#own.has(room)) return this.#serverId
    const record = await this.#engine.records.get(roomKey(room))
    return record && readRoomRecord(record.value)?.serverId
  }

  /** See `ClusterServer.give`. */
  async give(room: string, serverId: string): Promise<void> {
    const own = this.#own.get(room)
    if (own === undefined || !this.#lease.mayAct) throw notActing()
    // from here on nothing acts for it, whether the other server hears of it or not
    this.#own.delete(room)
    await this.#engine.records.update(roomKey(room), writeRecord({ serverId, epoch: own.epoch + 1 }), own.revision)
  }

  /** Gives a room back; its record goes. Rejects with the error of the engine; this process acts for the room no more all the same. */
  async release(room: string): Promise<void> {
    const claiming = this.#claiming.get(room)
    // at once if there is no claim: who asks in the same moment must not take it for its own
    if (claiming !== undefined) await claiming.catch(() => {})
    const own = this.#own.get(room)
    if (own === undefined) return
    this.#own.delete(room)
    await this.#delete(room, own.revision)
  }

  /** See `ClusterServer.disown`. */
  async disown(room: string): Promise<void> {
    const isKnown = (): boolean => this.#own.has(room) || this.#claiming.has(room)
    if (isKnown()) return
    const record = await this.#engine.records.get(roomKey(room))
    if (record === undefined || readRoomRecord(record.value)?.serverId !== this.#serverId || isKnown()) return
    await this.#delete(room, record.revision)
  }

  /** The lease is over: this process acts for no room, and never again. */
  end(): void {
    this.#own.clear()
  }

  async #claim(room: string, aboveEpoch: number, isNew: boolean): Promise<Claim> {
    const key = roomKey(room)
    for (let tries = 0; tries < mostTries; tries++) {
      if (this.#lease.isOver) throw new ClusterError('lease_over', 'the lease of this server is over')
      if (!this.#lease.mayAct) throw notActing()
      const known = this.#own.get(room)
      // one that is too low is raised by another write, and counts until then
      if (known !== undefined && known.epoch > aboveEpoch) return { isOwn: true, epoch: known.epoch }
      // a record that is there after all makes the write fail
      const record = isNew && tries === 0 ? undefined : await this.#engine.records.get(key)
      const owner = record === undefined ? undefined : readRoomRecord(record.value)
      if (owner !== undefined && owner.serverId !== this.#serverId && this.#servers.lifeOf(owner.serverId) !== 'dead') {
        return { isOwn: false, serverId: owner.serverId }
      }
      // its own record, of a claim whose answer was lost, is written anew as well
      const epoch = Math.max(owner?.epoch ?? 0, aboveEpoch) + 1
      const revision = await this.#write(key, record, epoch)
      if (revision === undefined) continue
      // the write may have taken longer than the right to act
      if (!this.#lease.mayAct) throw notActing()
      this.#own.set(room, { epoch, revision })
      return { isOwn: true, epoch }
    }
    throw new ClusterError('room_contended', `${mostTries} times another server was faster with ${room}`)
  }

  async #delete(room: string, revision: number): Promise<void> {
    try {
      await this.#engine.records.delete(roomKey(room), revision)
    } catch (error) {
      // it is claimed again meanwhile, by this server or, if that was taken for dead, by another one
      if (!isConflict(error)) throw error
    }
  }

  /** @returns the revision; undefined if another server was faster */
  async #write(key: string, record: EngineRecord | undefined, epoch: number): Promise<number | undefined> {
    const value = writeRecord({ serverId: this.#serverId, epoch })
    const { records } = this.#engine
    try {
      return await (record === undefined ? records.create(key, value) : records.update(key, value, record.revision))
    } catch (error) {
      if (isConflict(error)) return undefined
      throw error
    }
  }
}

function isConflict(error: unknown): boolean {
  return (error as ClusterError).code === 'record_conflict'
}

function notActing(): ClusterError {
  return new ClusterError('not_acting', 'this server may not act at the moment: its lease has not been renewed in time')
}
