import type {
  ClusterHost,
  RoomPlace,
  RoomWish,
  ServerCluster,
  SharedChannels,
  WantedRoom,
} from '../../src/cluster/cluster.js'
import type { SocketGiver } from '../../src/entrance/listener.js'

type Loss = Parameters<Parameters<SharedChannels['onLost']>[0]>[0]

/** What servers of a test share: a message reaches the others at once. */
export class FakeWire {
  readonly #listeners = new Map<string, Set<{ readonly server: object; take(message: Uint8Array): unknown }>>()

  /** The end of a server. */
  end(): SharedChannels & { lose(lost: Loss): void; receive(channel: string, message: Uint8Array): void } {
    const server = {}
    const losses: ((lost: Loss) => unknown)[] = []
    const listenersOf = (channel: string) => {
      const listeners = this.#listeners.get(channel) ?? new Set()
      this.#listeners.set(channel, listeners)
      return listeners
    }
    return {
      publish: (channel, message) => {
        for (const each of listenersOf(channel)) if (each.server !== server) each.take(message)
      },
      subscribe: (channel, take) => {
        const own = { server, take }
        listenersOf(channel).add(own)
        return () => listenersOf(channel).delete(own)
      },
      onLost: (listener) => {
        losses.push(listener)
        return () => {}
      },
      lose: (lost) => {
        for (const listener of losses) listener(lost)
      },
      receive: (channel, message) => {
        for (const each of listenersOf(channel)) if (each.server === server) each.take(message)
      },
    }
  }
}

/** A cluster of one server, which gets each room that it claims, with the epochs that a test wants. */
export class FakeCluster implements ServerCluster {
  mayAct = true
  host: ClusterHost | undefined
  readonly servers = []
  readonly otherRooms = []
  readonly claims: [key: string, aboveEpoch: number | undefined][] = []
  giverFor?: (key: string) => Promise<SocketGiver | undefined>
  /** Whether another server has the room that is claimed above an epoch. */
  isTaken = (_aboveEpoch: number | undefined): boolean => false
  readonly channels: ReturnType<FakeWire['end']>
  readonly #firstEpoch: number
  readonly #epochs = new Map<string, number>()

  /** @param firstEpoch of each room @param wire what it shares with others */
  constructor(firstEpoch: number, wire = new FakeWire()) {
    this.channels = wire.end()
    this.#firstEpoch = firstEpoch
  }

  async join(host: ClusterHost): Promise<void> {
    this.host = host
  }

  async leave(): Promise<void> {}

  async findClient(): Promise<undefined> {}

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
