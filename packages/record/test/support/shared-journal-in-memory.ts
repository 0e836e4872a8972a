import type { Clock } from '@tygase/gamestate'
import type { SharedJournal } from '@tygase/server/internal'
import { SharedFileJournal } from '../../src/journal/shared-journal.js'
import { FakeDisk, FakeSharedFolder } from '../journal/fake-shared-folder.js'

/** A folder in memory, for servers of a cluster in virtual time. */
export class SharedMemory {
  readonly #disk = new FakeDisk()

  get folders(): readonly string[] {
    return [...this.#disk.folders.keys()]
  }

  /** The journal of one process. @returns what ends it with the process: nothing that it has begun ends then */
  openJournal(clock: Clock): { readonly journal: SharedJournal; kill(): void } {
    const shared = new FakeSharedFolder(this.#disk)
    const settings = { folder: 'journal', durable: 'process', isAtOnce: true } as const
    const journal = new SharedFileJournal({
      ...settings,
      ...{ shared, clock, segmentBytes: 2 ** 20, maxWaitingBytes: 2 ** 24 },
    })
    const kill = (): void => {
      shared.isDead = true
    }
    return { journal, kill }
  }
}
