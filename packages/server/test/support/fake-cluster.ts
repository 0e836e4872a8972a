import type { ClusterHost, RoomPlace, RoomWish, ServerCluster, WantedRoom } from '../../src/cluster/cluster.js'

/** A cluster of one server, which gets each room that it claims, with the epochs that a test wants. */
export class FakeCluster implements ServerCluster {
  mayAct = true
  host: ClusterHost | undefined
  readonly servers = []
  readonly otherRooms = []
  readonly claims: [key: string, aboveEpoch: number | undefined][] = []
  /** Whether another server has the room that is claimed above an epoch. */
  isTaken = (_aboveEpoch: number | undefined): boolean => false
  readonly #firstEpoch: number
  readonly #epochs = new Map<string, number>()

  /** @param firstEpoch of each room */
  constructor(firstEpoch: number) {
    this.#firstEpoch = firstEpoch
  }

  async join(host: ClusterHost): Promise<void> {
    this.host = host
  }

  async leave(): Promise<void> {}

  async find({ kind, id }: WantedRoom, { mayMake }: RoomWish): Promise<RoomPlace> {
    if (id === undefined || !mayMake) return { at: 'nowhere' }
    await this.claim(`${kind}/${id}`)
    return { at: 'here', id }
  }

  async claim(key: string, { aboveEpoch }: { readonly aboveEpoch?: number } = {}): Promise<boolean> {
    this.claims.push([key, aboveEpoch])
    if (this.isTaken(aboveEpoch)) return false
    const known = this.#epochs.get(key) ?? this.#firstEpoch
    this.#epochs.set(key, Math.max(known, (aboveEpoch ?? 0) + 1))
    return true
  }

  epochOf(key: string): number | undefined {
    return this.mayAct ? this.#epochs.get(key) : undefined
  }

  isAlive(): boolean {
    return true
  }

  release(key: string): void {
    this.#epochs.delete(key)
  }

  async drain(): Promise<void> {}
}
