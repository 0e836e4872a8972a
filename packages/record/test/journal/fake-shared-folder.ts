import type { JournalFile, JournalFiles, SharedFolder } from '../../src/journal/journal-files.js'
import { FakeFiles } from './fake-files.js'

/** Sub-folders in memory, as all processes see them. */
export class FakeDisk {
  readonly folders = new Map<string, FakeFiles>()

  /** The files of a sub-folder that is there. */
  at(name: string): FakeFiles {
    return this.folders.get(name) ?? gone()
  }
}

/** The shared folder as one process sees it, until the process dies: then nothing that it has begun ends. */
export class FakeSharedFolder implements SharedFolder {
  readonly #disk: FakeDisk
  isDead = false
  /** Bytes that it still writes before it dies; undefined: it lives. */
  dieIn: number | undefined
  /** Set: the next marks, and other new files of a folder, fail with it. */
  createFault: string | undefined

  constructor(disk: FakeDisk) {
    this.#disk = disk
  }

  async makeFolder(): Promise<void> {}

  async syncFolder(): Promise<void> {}

  async list(): Promise<string[]> {
    return this.#alive([...this.#disk.folders.keys()])
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#alive(undefined)
    const files = this.#disk.at(from)
    this.#disk.folders.delete(from)
    this.#disk.folders.set(to, files)
  }

  async remove(name: string): Promise<void> {
    await this.#alive(undefined)
    this.#disk.folders.delete(name)
  }

  filesOf(folder: string): JournalFiles {
    const disk = this.#disk
    const at = async (): Promise<FakeFiles> => this.#alive(undefined).then(() => disk.at(folder))
    return {
      makeFolder: async () => {
        await this.#alive(undefined)
        if (!disk.folders.has(folder)) disk.folders.set(folder, new FakeFiles())
      },
      list: async () => (await at()).list(),
      read: async (name) => (await at()).read(name),
      create: async (name) => {
        if (this.createFault !== undefined) throw Object.assign(new Error('no'), { code: this.createFault })
        return this.#mortal(await (await at()).create(name))
      },
      rename: async (from, to) => (await at()).rename(from, to),
      remove: async (name) => (await at()).remove(name),
      exists: (name) => disk.folders.get(folder)?.exists(name) === true,
      syncFolder: async () => (await at()).syncFolder(),
    }
  }

  #mortal(file: JournalFile): JournalFile {
    return {
      write: async (bytes) => {
        await this.#alive(undefined)
        const [now, isLast] = this.#until(bytes)
        await file.write(now)
        if (isLast) await never
      },
      writeNow: (bytes) => {
        if (this.isDead) throw new Error('the process is dead')
        const [now, isLast] = this.#until(bytes)
        file.writeNow(now)
        if (isLast) throw new Error('the process is dead')
      },
      sync: async () => this.#alive(undefined).then(() => file.sync()),
      truncate: async (bytes) => this.#alive(undefined).then(() => file.truncate(bytes)),
      close: async () => this.#alive(undefined).then(() => file.close()),
    }
  }

  #until(bytes: Uint8Array): [now: Uint8Array, isLast: boolean] {
    if (this.dieIn === undefined || bytes.length <= this.dieIn) {
      if (this.dieIn !== undefined) this.dieIn -= bytes.length
      return [bytes, false]
    }
    this.isDead = true
    return [bytes.slice(0, this.dieIn), true]
  }

  async #alive<Value>(value: Value): Promise<Value> {
    return this.isDead ? never : value
  }
}

const never = new Promise<never>(() => {})

function gone(): never {
  throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
}
