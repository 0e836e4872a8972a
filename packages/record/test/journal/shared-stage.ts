import type { LeftRoom } from '@tygase/server/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { SharedFileJournal, type SharedJournalSettings } from '../../src/journal/shared-journal.js'
import { FakeDisk, FakeSharedFolder } from './fake-shared-folder.js'
import { bytesOf, Lines } from './stage.js'

/** The servers of a cluster on one shared folder. Which rooms they have is what the test says. */
export class SharedWorld {
  readonly clock = new VirtualClock()
  readonly disk = new FakeDisk()
  /** Servers by id that count as dead, or of which that is not known. */
  readonly dead = new Set<string>()
  readonly unknown = new Set<string>()
  readonly isAlive = (serverId: string): boolean | undefined =>
    this.unknown.has(serverId) ? undefined : !this.dead.has(serverId)

  /** A server that has not opened its journal yet. */
  make(serverId: string, settings: Partial<SharedJournalSettings> = {}): SharedServer {
    return new SharedServer(this, serverId, settings)
  }

  async server(serverId: string, settings: Partial<SharedJournalSettings> = {}): Promise<SharedServer> {
    const server = this.make(serverId, settings)
    await server.journal.open(server.log)
    await server.join()
    return server
  }

  /** Time goes on until nothing is left to do. */
  async settle(turns = 30): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      this.clock.advance(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  get folders(): string[] {
    return [...this.disk.folders.keys()].sort()
  }
}

/** One of them, in a process that can die. */
export class SharedServer {
  readonly log = new Lines()
  readonly folder: FakeSharedFolder
  readonly journal: SharedFileJournal
  readonly epochs = new Map<string, number>()
  mayAct = true
  serverId: string
  readonly #world: SharedWorld

  constructor(world: SharedWorld, serverId: string, settings: Partial<SharedJournalSettings>) {
    this.#world = world
    this.serverId = serverId
    this.folder = new FakeSharedFolder(world.disk)
    this.journal = new SharedFileJournal({
      folder: 'journal',
      shared: this.folder,
      durable: 'process',
      isAtOnce: true,
      segmentBytes: 64 * 1024,
      maxWaitingBytes: 64 * 1024,
      clock: world.clock,
      ...settings,
    })
  }

  join(serverId = this.serverId): Promise<void> {
    this.serverId = serverId
    const epochOf = (room: string): number | undefined => (this.mayAct ? this.epochs.get(room) : undefined)
    return this.journal.join({ serverId, mayAct: () => this.mayAct, epochOf })
  }

  /** The room is its own, and begins. */
  begin(room: string, epoch: number, text: string): void {
    this.epochs.set(room, epoch)
    this.snapshot(room, text)
  }

  snapshot(room: string, text: string): void {
    this.journal.append(room, 'snapshot', bytesOf(text))
  }

  record(room: string, text: string): void {
    this.journal.append(room, 'record', bytesOf(text))
  }

  end(room: string): void {
    this.journal.append(room, 'end', new Uint8Array())
  }

  /** The process is killed: others take it for dead. */
  kill(): void {
    this.folder.isDead = true
    this.mayAct = false
    this.#world.dead.add(this.serverId)
  }

  /** What `whenWritten` says: `written`, or a code; `waits` if it has not said anything yet. */
  asked(room: string): { outcome: string } {
    const answer = { outcome: 'waits' }
    this.journal.whenWritten(room, (error) => {
      answer.outcome = error === undefined ? 'written' : (error as { code: string }).code
    })
    return answer
  }

  /** What dead servers have left of a room, as texts. */
  async left(room: string): Promise<[epoch: number, ...texts: string[]] | undefined> {
    return leftTexts(await this.journal.left(room, this.#world.isAlive))
  }

  orphans(): Promise<readonly string[]> {
    return this.journal.orphans(this.#world.isAlive)
  }
}

export function leftTexts(left: LeftRoom | undefined): [epoch: number, ...texts: string[]] | undefined {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  return left && [left.epoch, text(left.snapshot), ...left.records.map(text)]
}
