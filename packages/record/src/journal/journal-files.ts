import { existsSync, write, writeSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { sep } from 'node:path'

/** A file that is written from front to back. */
export interface JournalFile {
  /** Appends the bytes, all of them. Rejects with the error of the file system; some of them may be in the file then. */
  write(bytes: Uint8Array): Promise<void>
  /** The same within the call: for a few bytes, of a disk that is quick. @throws the error of the file system */
  writeNow(bytes: Uint8Array): void
  /** Waits until all that was written is on the disk. */
  sync(): Promise<void>
  /** Cuts the file off. What is written next follows there. */
  truncate(bytes: number): Promise<void>
  close(): Promise<void>
}

/** What a journal needs of the file system, for files of one folder, by their names. Tests pass one that fails. */
export interface JournalFiles {
  /** Makes the folder, for its owner only, if it is not there. */
  makeFolder(): Promise<void>
  list(): Promise<string[]>
  read(name: string): Promise<Uint8Array>
  /** Makes a file that is not there yet, for its owner only. Rejects with `EEXIST` if it is. */
  create(name: string): Promise<JournalFile>
  /** Gives a file another name, at once. Rejects with `ENOENT` if there is none. */
  rename(from: string, to: string): Promise<void>
  remove(name: string): Promise<void>
  /** Asked after each write: at once, as a look into the names of a folder takes some microseconds. */
  exists(name: string): boolean
  /** Waits until the names of the files are on the disk. */
  syncFolder(): Promise<void>
}

/** What a shared journal needs of the file system: a folder with a sub-folder for each start of a process. */
export interface SharedFolder {
  /** Makes the folder, for its owner only, if it is not there. */
  makeFolder(): Promise<void>
  /** Names of the sub-folders, and of what else is in it. */
  list(): Promise<string[]>
  /** The files of a sub-folder, which need not be there. */
  filesOf(name: string): JournalFiles
  /** Gives a sub-folder another name, at once. Rejects with `ENOENT` if there is none. */
  rename(from: string, to: string): Promise<void>
  /** Removes a sub-folder with all that is in it. Does nothing if there is none. */
  remove(name: string): Promise<void>
  /** Waits until the names of the sub-folders are on the disk. */
  syncFolder(): Promise<void>
}

/** A folder that this machine can reach. */
export function sharedFolderOf(folder: string): SharedFolder {
  const path = (name: string): string => `${folder}${sep}${name}`
  const { makeFolder, list, rename: renameIn, syncFolder } = filesOf(folder)
  return {
    makeFolder,
    list,
    filesOf: (name) => filesOf(path(name)),
    rename: renameIn,
    remove: (name) => rm(path(name), { recursive: true, force: true }),
    syncFolder,
  }
}

/** The files of a folder of this machine. */
export function filesOf(folder: string): JournalFiles {
  // quicker than `join`, and asked with each write
  const path = (name: string): string => `${folder}${sep}${name}`
  return {
    makeFolder: async () => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
    list: () => readdir(folder),
    read: (name) => readFile(path(name)),
    create: async (name) => {
      const file = await open(path(name), 'ax', 0o600)
      return {
        write: (bytes) => new Promise((resolve, reject) => writeFrom(file.fd, bytes, 0, resolve, reject)),
        writeNow(bytes) {
          for (let done = 0; done < bytes.length; ) done += writeSync(file.fd, bytes, done)
        },
        sync: () => file.datasync(),
        truncate: (bytes) => file.truncate(bytes),
        close: () => file.close(),
      }
    },
    rename: (from, to) => rename(path(from), path(to)),
    remove: (name) => rm(path(name), { force: true }),
    exists: (name) => existsSync(path(name)),
    async syncFolder() {
      // Windows has no such thing, and keeps the names by itself
      if (process.platform === 'win32') return
      const handle = await open(folder, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
  }
}

/** Writes all bytes from a place on. With callbacks, which cost a third of the promises of a file handle. */
function writeFrom(
  file: number,
  bytes: Uint8Array,
  start: number,
  done: () => void,
  fail: (error: unknown) => void,
): void {
  write(file, bytes, start, bytes.length - start, null, (error, written) => {
    if (error !== null) return fail(error)
    if (start + written < bytes.length) writeFrom(file, bytes, start + written, done, fail)
    else done()
  })
}

/** The code of an error of the file system. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}
