import { closeSync, fstatSync, mkdirSync, openSync, readSync, statfsSync, statSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { dirname } from 'node:path'

/*
 * The format of a database file, from `mdb.c` of the package lmdb 3.5.6 (`MDB_page_header`, `MDB_meta`, `MDB_db`, `MDB_node`), for
 * machines of 64 bits, in the byte order of the machine:
 *
 *   page   0 number u64 · 8 transaction u64 · 16 pad u16 · 18 flags u16 · 20 lower u16 · 22 upper u16 · 24 content
 *          An overflow page has the number of its pages at 20, as u32.
 *   meta   24 magic u32 · 28 version u32 · 32 address u64 · 40 map size u64 · 48 free tree · 96 main tree · 144 last page u64 ·
 *          152 transaction u64. Pages 0 and 1 are metas; the one with the later transaction counts.
 *   tree   0 page size u32 (free tree only) · 4 flags u16 · 6 depth u16 · 8, 16, 24 pages u64 · 32 entries u64 · 40 root u64
 *   node   0 data size u32 · 4 flags u16 · 6 key size u16 · 8 key, data. Offsets of nodes stand at 24 of the page, from 24, as u16.
 *          In a branch, the first 48 bits are a page number.
 */

const headBytes = 24
const metaBytes = 160
const magic = 0xbeefc0de
const dataVersion = 2
const flag = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 }
const kinds = flag.branch | flag.leaf | flag.overflow | flag.meta
/** Flags of the free tree: its keys are numbers, and the file is encrypted. */
const integerKeys = 0x08
const encrypted = 0x2000
const nodeBytes = 8
const bigData = 0x01
const noRoot = 2n ** 64n - 1n
/** Deepest tree that the engine can walk. */
const maxDepth = 32
const minPageBytes = 512
const maxPageBytes = 65_536

/** Room for the table of readers in the lock file. The engine maps it, and a write to a map ends the process if the disk is full. */
const lockBytes = 16_384
/** Size of a lock file that lmdb has made itself. */
const minLockBytes = 8192
/** A new database and its lock file fit into this. */
const minFreeBytes = 64 * 1024

const is64Bit = !['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390'].includes(process.arch)
const isLittle = endianness() === 'LE'

/** How often a file that another process changes is looked at again. */
const maxLooks = 4

/**
 * Makes the file of a database and the file of its locks, readable for their owner only; lmdb would let everyone read them. lmdb
 * takes an empty file for a new database.
 *
 * A damaged file, one of another version and a full disk end the process in lmdb, by a signal. They are found here before. Each
 * page of the trees is looked at once, without the values: about 20 ms for each 10 MB.
 * @throws Error if a file cannot be made, or if it exists and lmdb could not work with it
 */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a+', 0o600)
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new Error('it is not a file')
    if (stat.size > 0) checkFile(file)
    else if (freeBytes(path) < minFreeBytes) throw new Error(fullDisk)
  } finally {
    closeSync(file)
  }
  prepareLock(path)
}

const fullDisk = 'the disk is full'

/** @returns the free bytes of the file system of a file; Infinity if the system does not say */
function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function prepareLock(path: string): void {
  const lock = `${path}-lock`
  const stat = statSync(lock, { throwIfNoEntry: false })
  // never open one that may be in use: closing it would take away the locks that this process has on it
  if (stat?.isFile() && stat.size >= minLockBytes) {
    if (stat.blocks * 512 < stat.size && freeBytes(path) < minFreeBytes) throw new Error(fullDisk)
    return
  }
  const file = openSync(lock, 'a', 0o600)
  try {
    writeSync(file, new Uint8Array(lockBytes))
  } finally {
    closeSync(file)
  }
}

/** @throws Error saying what is wrong with the file */
function checkFile(file: number): void {
  // the layout on machines of 32 bits is another one
  if (!is64Bit) return
  for (let look = 1; ; look++) {
    const head = readHead(file)
    try {
      new TreeCheck(file, head).run()
      return
    } catch (error) {
      const isQuiet = readHead(file).transaction === head.transaction
      if (isQuiet) throw error
      // a process that changes it all the time can work with it
      if (look === maxLooks) return
    }
  }
}

/** The meta page that counts. */
export interface Head {
  readonly pageBytes: number
  readonly lastPage: number
  readonly transaction: bigint
  readonly roots: readonly bigint[]
}

/** The head of an open file. @throws Error for a head that lmdb does not write */
export function readHead(file: number): Head {
  const first = readMeta(file, 0)
  const second = readMeta(file, first.pageBytes)
  if (first.pageBytes !== second.pageBytes) throw damaged('its two heads differ')
  return second.transaction > first.transaction ? second : first
}

function readMeta(file: number, offset: number): Head {
  const view = readView(file, offset, metaBytes)
  const uint32 = (at: number): number => view.getUint32(at, isLittle)
  const uint64 = (at: number): bigint => view.getBigUint64(at, isLittle)
  const flags = view.getUint16(18, isLittle)
  if (uint32(24) !== magic || (flags & kinds) !== flag.meta) {
    throw offset === 0 ? new Error('it is not a database') : damaged('its second head')
  }
  const version = uint32(28) & 0xffff
  if (version !== dataVersion)
    throw new Error(`it has version ${version} of its format, and not version ${dataVersion}`)
  const pageBytes = uint32(48)
  const isPower = (pageBytes & (pageBytes - 1)) === 0
  if (!isPower || pageBytes < minPageBytes || pageBytes > maxPageBytes) throw damaged(`pages of ${pageBytes} bytes`)
  const treeFlags = view.getUint16(52, isLittle)
  if ((treeFlags & encrypted) !== 0) throw new Error('it is encrypted')
  if ((treeFlags & integerKeys) === 0 || view.getUint16(100, isLittle) !== 0) throw damaged('the kinds of its trees')
  const [lastPage, transaction] = [uint64(144), uint64(152)]
  if (lastPage < 1n || lastPage >= 2n ** 47n || transaction >= 2n ** 62n) throw damaged('its counts')
  return { pageBytes, lastPage: Number(lastPage), transaction, roots: [uint64(88), uint64(136)] }
}

/** A value on pages of its own. */
interface Overflow {
  readonly page: number
  readonly bytes: number
}

/** Looks at each page of both trees once. */
class TreeCheck {
  readonly #file: number
  readonly #head: Head
  readonly #pages: number
  readonly #seen = new Set<number>()
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(file: number, head: Head) {
    this.#file = file
    this.#head = head
    this.#bytes = new Uint8Array(head.pageBytes)
    this.#view = new DataView(this.#bytes.buffer)
    // the last pages may be missing in the file, if they have been free since they were taken
    this.#pages = Math.min(head.lastPage + 1, Math.floor(fstatSync(file).size / head.pageBytes))
  }

  /** @throws Error for a page that the engine could not read */
  run(): void {
    for (const root of this.#head.roots) if (root !== noRoot) this.#walk(Number(root), 1)
  }

  #walk(page: number, depth: number): void {
    if (depth > maxDepth) throw damaged('a tree that is too deep')
    this.#take(page, 1)
    const kind = this.#readBytes(page, this.#head.pageBytes)
    if (kind !== flag.branch && kind !== flag.leaf) throw damaged(`page ${page}`)
    // the children are read into the same bytes
    const children: number[] = []
    const overflows: Overflow[] = []
    for (const at of this.#nodes(page)) {
      if (kind === flag.branch) children.push(this.#pageOf(at))
      else this.#leaf(page, at, overflows)
    }
    for (const child of children) this.#walk(child, depth + 1)
    for (const overflow of overflows) this.#overflow(overflow)
  }

  /** Checks an entry of a leaf. @param overflows gets the place of its value, if the value is not in the leaf */
  #leaf(page: number, at: number, overflows: Overflow[]): void {
    const flags = this.#uint16(at + 4)
    if ((flags & ~bigData) !== 0) throw damaged(`page ${page}, or another program has made databases in it`)
    const data = at + nodeBytes + this.#uint16(at + 6)
    const bytes = this.#view.getUint32(at, isLittle)
    if (data + (flags === bigData ? 8 : bytes) > this.#head.pageBytes) throw damaged(`page ${page}`)
    if (flags === bigData) overflows.push({ page: Number(this.#view.getBigUint64(data, isLittle)), bytes })
  }

  #overflow({ page, bytes }: Overflow): void {
    this.#take(page, 1)
    if (this.#readBytes(page, headBytes) !== flag.overflow) throw damaged(`page ${page}`)
    const count = this.#view.getUint32(20, isLittle)
    if (count * this.#head.pageBytes < headBytes + bytes) throw damaged(`page ${page}`)
    if (count > 1) this.#take(page + 1, count - 1)
  }

  /** Offsets of the nodes of the page that was read. */
  *#nodes(page: number): Iterable<number> {
    const { pageBytes } = this.#head
    const [lower, upper] = [this.#uint16(20), this.#uint16(22)]
    if (lower > upper || headBytes + upper > pageBytes || lower === 0) throw damaged(`page ${page}`)
    for (let i = 0; i < lower >> 1; i++) {
      const at = headBytes + this.#uint16(headBytes + 2 * i)
      if (at < headBytes + upper || at + nodeBytes + this.#uint16(at + 6) > pageBytes) throw damaged(`page ${page}`)
      yield at
    }
  }

  #pageOf(at: number): number {
    return this.#view.getUint32(at, isLittle) + this.#uint16(at + 4) * 2 ** 32
  }

  /** Marks pages as used. @throws Error if they are not in the file, or are used twice */
  #take(page: number, count: number): void {
    if (!(page >= 2 && count >= 1 && page + count <= this.#pages)) {
      throw damaged(page + count - 1 <= this.#head.lastPage && page >= 2 ? 'cut short' : `the number of page ${page}`)
    }
    for (let i = page; i < page + count; i++) {
      if (this.#seen.has(i)) throw damaged(`page ${i} is used twice`)
      this.#seen.add(i)
    }
  }

  /** @returns the kind of the page */
  #readBytes(page: number, length: number): number {
    const found = readSync(this.#file, this.#bytes, 0, length, page * this.#head.pageBytes)
    if (found < length || Number(this.#view.getBigUint64(0, isLittle)) !== page) throw damaged(`page ${page}`)
    return this.#uint16(18) & ~0x10
  }

  #uint16(at: number): number {
    return this.#view.getUint16(at, isLittle)
  }
}

function readView(file: number, offset: number, length: number): DataView {
  const bytes = new Uint8Array(length)
  const found = readSync(file, bytes, 0, length, offset)
  // a short file that is not of lmdb is not a database that was cut
  const hasMagic = found >= 28 && new DataView(bytes.buffer).getUint32(24, isLittle) === magic
  if (found < length) throw offset > 0 || hasMagic ? damaged('cut short') : new Error('it is not a database')
  return new DataView(bytes.buffer)
}

function damaged(what: string): Error {
  return new Error(`the file is damaged: ${what}`)
}
