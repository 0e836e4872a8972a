import { createHash } from 'node:crypto'
import type { Clock, Logger } from '@tygase/gamestate'
import { copyBytes } from '@tygase/gamestate/internal'
import type { JournaledRoom, LeftRoom } from '@tygase/server/internal'
import { RecordError } from '../errors.js'
import { silent } from './file-journal.js'
import { codeOf, type JournalFiles, type SharedFolder } from './journal-files.js'
import { Epoch } from './ownership.js'
import { JournalReader } from './read-journal.js'
import { SegmentTable } from './segment-table.js'

/** Whether a server is alive; undefined while that is not known. */
export type IsAlive = (serverId: string) => boolean | undefined

export interface LeftFoldersOptions {
  readonly folder: SharedFolder
  /** True: a mark has to be on the disk. */
  readonly isSynced: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** The folder of a dead server. */
interface DeadFolder {
  readonly serverId: string
  readonly files: JournalFiles
  /** The epochs of the rooms that it has left, and that no other server has taken over. */
  readonly rooms: Map<string, number>
  readonly isDamaged: boolean
}

/** Names of sub-folders: ids of servers. */
export const serverIdForm = /^[A-Za-z0-9_-]{1,64}$/
/** A room within the files of a server. */
const nameForm = /^(.*)@(\d{1,15})$/s
/** Of a sub-folder that is being removed. */
const goneEnd = '.gone'
const damagedEnd = '.damaged'
const markStart = 'taken-'
/** Between two tries to read a folder that could not be read. */
const retryMs = 10_000
/** What was read of a folder is kept so long: who takes over a dead server asks for one room after the other. */
const keepMs = 2000

/** The name of a room within the files of a server. */
export function nameOf(room: string, epoch: number): string {
  return `${room}@${epoch}`
}

/**
 * What dead servers have left in the sub-folders of a shared journal.
 *
 * Invariants:
 * - A folder is fenced before it is read: a process that was taken for dead, and goes on, can report nothing in it as written. What it
 *   has reported before is read.
 * - A room of a folder is marked as taken only once a snapshot of a higher epoch is on the disk in another folder, or its end is about
 *   to be. A mark is a file in the folder itself, so that it lasts exactly as long as what it is about.
 * - A folder is removed only when all its rooms are marked or have ended in it.
 */
export class LeftFolders {
  readonly #options: LeftFoldersOptions
  readonly #dead = new Map<string, DeadFolder>()
  /** Folders that cannot be read, and when they are tried again. */
  readonly #unreadable = new Map<string, number>()
  /** One look at a time. */
  #looking: Promise<unknown> = Promise.resolve()
  #nextLook: Promise<boolean> | undefined
  #recent: { readonly serverId: string; readonly rooms: Promise<Map<string, JournaledRoom>> } | undefined
  #cancelRecent: (() => void) | undefined

  constructor(options: LeftFoldersOptions) {
    this.#options = options
  }

  /**
   * Reads the folders of servers that have died since the last look.
   * @param ownId the server whose folder this process writes
   * @returns false if it is not known yet of a server whether it is dead
   */
  look(ownId: string | undefined, isAlive: IsAlive): Promise<boolean> {
    // many rooms may be wanted at once: one look that has not begun is enough for all
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined
      const looked = this.#look(ownId, isAlive)
      this.#looking = looked.catch(() => {})
      return looked
    })
    return this.#nextLook
  }

  /** Keys of all rooms that are left. */
  get rooms(): string[] {
    return [...new Set([...this.#dead.values()].flatMap(({ rooms }) => [...rooms.keys()]))]
  }

  /** The highest epoch of a room that is left; undefined if none is. */
  epochOf(room: string): number | undefined {
    return this.#best(room)?.rooms.get(room)
  }

  /** What the highest epoch has left of a room. Rejects with RecordError `journal_failed` if it cannot be read any more. */
  async read(room: string): Promise<LeftRoom | undefined> {
    for (;;) {
      const dead = this.#best(room)
      if (dead === undefined) return undefined
      const epoch = dead.rooms.get(room)!
      await this.#readMarks(dead)
      if (!dead.rooms.has(room)) continue
      const left = (await this.#contentOf(dead))?.get(nameOf(room, epoch))
      // else the bytes of the whole folder would stay with those of the room
      if (left !== undefined)
        return { room, epoch, snapshot: copyBytes(left.snapshot), records: left.records.map(copyBytes) }
      dead.rooms.delete(room)
    }
  }

  /**
   * A snapshot of a room with this epoch is on the disk, or the room has ended: what dead servers have left of lower ones is not needed.
   * Rejects with the error of the file system.
   */
  async mark(room: string, epoch: number): Promise<void> {
    for (const dead of [...this.#dead.values()]) {
      const left = dead.rooms.get(room)
      if (left === undefined || left >= epoch) continue
      await this.#mark(dead, room)
      if (dead.rooms.size === 0) await this.#remove(dead)
    }
  }

  /** True if a dead server has left the room with a lower epoch. */
  isMarkable(room: string, epoch: number): boolean {
    return [...this.#dead.values()].some(({ rooms }) => (rooms.get(room) ?? epoch) < epoch)
  }

  /** Reads which rooms other processes have taken, and removes the folders that nothing is left in. */
  async tidy(): Promise<void> {
    for (const dead of [...this.#dead.values()]) {
      await this.#readMarks(dead)
      if (dead.rooms.size === 0) await this.#remove(dead)
    }
  }

  close(): void {
    this.#cancelRecent?.()
    this.#recent = undefined
  }

  #best(room: string): DeadFolder | undefined {
    let best: DeadFolder | undefined
    for (const dead of this.#dead.values()) {
      if ((dead.rooms.get(room) ?? -1) > (best?.rooms.get(room) ?? -1)) best = dead
    }
    return best
  }

  async #look(ownId: string | undefined, isAlive: IsAlive): Promise<boolean> {
    const { folder } = this.#options
    const names = await folder.list()
    const isThere = new Set(names)
    for (const serverId of this.#dead.keys()) if (!isThere.has(serverId)) this.#dead.delete(serverId)
    let isAllKnown = true
    for (const name of names) {
      // a process has died while it removed it, or is still at it
      if (name.endsWith(goneEnd)) await folder.remove(name).catch(() => {})
      if (name === ownId || this.#dead.has(name) || !serverIdForm.test(name)) continue
      const life = isAlive(name)
      if (life === undefined) isAllKnown = false
      else if (!life) await this.#readFolder(name)
    }
    return isAllKnown
  }

  /** A folder that cannot be read costs its rooms, and no others. */
  async #readFolder(serverId: string): Promise<void> {
    const { folder, clock, logger } = this.#options
    const retryAtMs = this.#unreadable.get(serverId)
    if (retryAtMs !== undefined && clock.now() < retryAtMs) return
    const files = folder.filesOf(serverId)
    try {
      await Epoch.take(files)
      const reader = new JournalReader(files, new SegmentTable(), logger)
      const rooms = new Map<string, number>()
      for (const { room: name } of await reader.read()) {
        const [, room = '', digits = ''] = nameForm.exec(name) ?? []
        const epoch = Number(digits)
        if (digits !== '' && epoch > (rooms.get(room) ?? -1)) rooms.set(room, epoch)
      }
      const dead: DeadFolder = { serverId, files, rooms, isDamaged: reader.hasDamage }
      this.#dead.set(serverId, dead)
      this.#unreadable.delete(serverId)
      await this.#readMarks(dead)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      const isOther = error instanceof RecordError && error.code === 'journal_version'
      this.#unreadable.set(serverId, isOther ? Number.POSITIVE_INFINITY : clock.now() + retryMs)
      if (retryAtMs !== undefined) return
      const err = error instanceof RecordError ? error : unreadable(serverId, error)
      logger.warn({ err, serverId }, 'what a dead server has left cannot be read: its rooms begin anew')
    }
  }

  /** @returns all rooms of a folder by their names in it; undefined if it is gone */
  async #contentOf({ serverId, files }: DeadFolder): Promise<Map<string, JournaledRoom> | undefined> {
    if (this.#recent?.serverId !== serverId) {
      const reading = new JournalReader(files, new SegmentTable(), silent).read()
      const rooms = reading.then((all) => new Map(all.map((room) => [room.room, room])))
      const recent = { serverId, rooms }
      this.#recent = recent
      this.#cancelRecent?.()
      this.#cancelRecent = this.#options.clock.schedule(keepMs, () => {
        this.#recent = undefined
      })
      rooms.catch(() => {
        if (this.#recent === recent) this.#recent = undefined
      })
    }
    try {
      return await this.#recent!.rooms
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return void this.#dead.delete(serverId)
      throw unreadable(serverId, error)
    }
  }

  async #readMarks(dead: DeadFolder): Promise<void> {
    await this.#ifThere(dead, async () => {
      const names = new Set(await dead.files.list())
      for (const room of dead.rooms.keys()) if (names.has(markOf(room))) dead.rooms.delete(room)
    })
  }

  async #mark(dead: DeadFolder, room: string): Promise<void> {
    await this.#ifThere(dead, async () => {
      try {
        const file = await dead.files.create(markOf(room))
        await file.close()
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
      if (this.#options.isSynced) await dead.files.syncFolder()
      dead.rooms.delete(room)
    })
  }

  /** Never rejects: the next look finds it again. */
  async #remove(dead: DeadFolder): Promise<void> {
    const { folder, logger } = this.#options
    const { serverId, isDamaged } = dead
    this.#dead.delete(serverId)
    try {
      // at once: of two processes one does it, and none reads a part of it
      await folder.rename(serverId, `${serverId}${isDamaged ? damagedEnd : goneEnd}`)
      if (!isDamaged) await folder.remove(`${serverId}${goneEnd}`)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      logger.warn({ err: error, serverId }, 'the folder of a dead server could not be tidied away')
    }
  }

  /** Another process may have removed the folder: then all its rooms were taken. */
  async #ifThere(dead: DeadFolder, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      dead.rooms.clear()
      this.#dead.delete(dead.serverId)
    }
  }
}

/** The file that says that a room is taken. Names of rooms may be longer than those of files. */
function markOf(room: string): string {
  return `${markStart}${createHash('sha256').update(room).digest('hex').slice(0, 32)}`
}

function unreadable(serverId: string, cause: unknown): RecordError {
  return new RecordError('journal_failed', `the folder of the server ${serverId} cannot be read`, { cause })
}
