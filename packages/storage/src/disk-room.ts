import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { readHead } from './lmdb-file.js'

/** A value or the deletion of one, by its size in bytes with its key. */
export type WriteSize = number

/** Pages for the free tree, the roots and the branches above one entry. */
const basePages = 32
const pagesOfEntry = 4
/** Room that is taken beyond what is needed, so that deletions go on for a while when the disk is full. */
const spareBytes = 256 * 1024
const zeros = new Uint8Array(64 * 1024)

/**
 * Takes room on the disk for a write before lmdb begins it: zeros behind the last page of the file. lmdb ends the process if the
 * disk gets full while it writes: the text of that error is longer than the 100 bytes that `mdb_page_flush` has for it.
 */
export class DiskRoom {
  readonly #file: number
  /** Bytes that the writes under way may need. */
  #taken = 0

  /** @throws the error of the file system */
  constructor(path: string) {
    // bytes are only appended: lmdb may write its own at the same time
    this.#file = openSync(path, 'a+')
  }

  /**
   * Takes room for a write.
   * @returns a function to be called once when the write has ended
   * @throws the error of the file system, if there is no room
   */
  take(sizes: readonly WriteSize[]): () => void {
    const { pageBytes, lastPage } = readHead(this.#file)
    const needed = pageBytes * pagesFor(sizes, pageBytes, lastPage)
    const free = fstatSync(this.#file).size - (lastPage + 1) * pageBytes - this.#taken
    if (free < needed) this.#grow(needed - free)
    this.#taken += needed
    return () => {
      this.#taken -= needed
    }
  }

  close(): void {
    closeSync(this.#file)
  }

  #grow(bytes: number): void {
    let grown = 0
    try {
      while (grown < bytes + spareBytes) grown += writeSync(this.#file, zeros)
    } catch (error) {
      if (grown < bytes) throw error
    }
  }
}

/** The pages that a write may take, at most: each page that it changes is written to another place. */
function pagesFor(sizes: readonly WriteSize[], pageBytes: number, lastPage: number): number {
  let ownPages = 0
  let leafBytes = 0
  for (const size of sizes) {
    if (size > pageBytes / 4) ownPages += Math.ceil(size / pageBytes) + 1
    // a page is split when it is full, and then half empty
    else leafBytes += 2 * (size + 16)
  }
  const changed = Math.min(pagesOfEntry * sizes.length, lastPage + 1)
  return ownPages + Math.ceil(leafBytes / pageBytes) + changed + basePages
}
