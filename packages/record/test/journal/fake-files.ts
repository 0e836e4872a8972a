import type { JournalFile, JournalFiles } from '../../src/journal/journal-files.js'

/** What a disk does to a write. */
export type DiskFault = 'full' | 'broken' | undefined

/** Files in memory, of a disk that can be full, broken or slow. */
export class FakeFiles implements JournalFiles {
  readonly contents = new Map<string, Uint8Array>()
  /** Bytes that the disk has room for. */
  capacity = Number.POSITIVE_INFINITY
  fault: DiskFault
  /** True: files cannot be cut off either. */
  cannotTruncate = false
  /** Set: writes wait for it. */
  gate: Promise<void> | undefined
  syncs = 0
  writes = 0
  /** Those of them that were made within a call. */
  writesNow = 0
  /** Called within such a write: it takes time. */
  onWriteNow = (): void => {}

  get bytes(): number {
    return [...this.contents.values()].reduce((sum, { length }) => sum + length, 0)
  }

  async makeFolder(): Promise<void> {}

  async list(): Promise<string[]> {
    return [...this.contents.keys()]
  }

  async read(name: string): Promise<Uint8Array> {
    return this.contents.get(name) ?? reject('ENOENT')
  }

  async create(name: string): Promise<JournalFile> {
    if (this.contents.has(name)) return reject('EEXIST')
    this.contents.set(name, new Uint8Array())
    const write = (bytes: Uint8Array): void => {
      this.writes++
      if (this.fault === 'broken') reject('EIO')
      const room = this.fault === 'full' ? 0 : Math.max(0, this.capacity - this.bytes)
      this.#append(name, bytes.slice(0, room))
      if (bytes.length > room) reject('ENOSPC')
    }
    return {
      write: async (bytes) => {
        await this.gate
        write(bytes)
      },
      writeNow: (bytes) => {
        this.writesNow++
        this.onWriteNow()
        write(bytes)
      },
      sync: async () => {
        this.syncs++
      },
      truncate: async (length) => {
        if (this.cannotTruncate) reject('EIO')
        this.contents.set(name, this.contents.get(name)!.slice(0, length))
      },
      close: async () => {},
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const content = this.contents.get(from) ?? reject('ENOENT')
    this.contents.delete(from)
    this.contents.set(to, content)
  }

  async remove(name: string): Promise<void> {
    this.contents.delete(name)
  }

  exists(name: string): boolean {
    return this.contents.has(name)
  }

  async syncFolder(): Promise<void> {
    this.syncs++
  }

  /** The same files, as another process finds them. */
  copy(): FakeFiles {
    const files = new FakeFiles()
    for (const [name, content] of this.contents) files.contents.set(name, content.slice())
    return files
  }

  #append(name: string, bytes: Uint8Array): void {
    const before = this.contents.get(name) ?? new Uint8Array()
    const after = new Uint8Array(before.length + bytes.length)
    after.set(before)
    after.set(bytes, before.length)
    this.contents.set(name, after)
  }
}

function reject(code: string): never {
  throw Object.assign(new Error(code), { code })
}
