/** A client of one system. */
export interface PeerClient {
  /** Numbers of the events that it has heard, in their order. */
  readonly told: readonly number[]
  /** What went wrong at it. */
  readonly errors: readonly string[]
  isConnected(): boolean
  /** What its server calls it. */
  id(): string
  /** Whether its copy of the state is what the server has. */
  hasState(): boolean
  /** Another client that comes with the secrets of this one; undefined where a user has no way to try. */
  twin(port: number): Promise<PeerClient | undefined>
  leave(): void
}

/** A server of one system with all that its documents offer against broken connections. */
export interface PeerServer {
  readonly port: number
  /** Sends an event to everybody. */
  tell(number: number): void
  /** Changes 60 KB of the state, and sends that. */
  changeState(): void
  close(): Promise<void>
}

export interface Peer {
  readonly name: string
  readonly about: string
  serve(): Promise<PeerServer>
  connect(port: number, server: PeerServer): Promise<PeerClient>
}

/** Numbers in the state: enough of them that a change of all takes 60 KB, and how many of them there are. */
const stateNumbers = 7500

/** The numbers of the state after so many changes: none of them can be foretold from the ones before. */
export function numbersAfter(changes: number): number[] {
  let seed = changes + 1
  return Array.from({ length: stateNumbers }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  })
}
