import { createHash } from 'node:crypto'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@tygase/gamestate'
import { RecordError } from '../errors.js'
import { codeOf, type JournalFiles } from './journal-files.js'

/** The address of a socket has room for no longer path on all systems. */
const longestPath = 100
/** Between two looks, if the process that has the lock cannot be waited for. */
const lookMs = 20

interface LockOptions {
  readonly waitMs: number
  /** True: takes it after the wait, even if another process has it. */
  readonly takeOver: boolean
  readonly clock: Clock
  /** Called once, if another process has it. */
  onWait(): void
}

/**
 * A lock on a folder that ends with its process, however that ends: a socket at which nothing is sent. A process that waits is
 * connected to it, and so finds out at once. Processes on two machines do not see each other's locks: the epoch holds there, too.
 */
export class FolderLock {
  readonly #server: Server
  readonly #waiting: Set<Socket>

  private constructor(server: Server, waiting: Set<Socket>) {
    this.#server = server
    this.#waiting = waiting
  }

  /**
   * Waits until no other process has the lock, and takes it.
   * @throws as a rejection: RecordError `journal_locked` after the wait; the error of the system
   */
  static async take(folder: string, { waitMs, takeOver, clock, onWait }: LockOptions): Promise<FolderLock> {
    const path = await addressOf(folder)
    const untilMs = clock.now() + waitMs
    let hasMet = false
    const onMeet = (): void => {
      if (!hasMet) onWait()
      hasMet = true
    }
    for (;;) {
      const lock = await FolderLock.#listen(path)
      if (lock !== undefined) return lock
      const leftMs = untilMs - clock.now()
      const end = leftMs > 0 ? await waitForEnd(path, leftMs, clock, onMeet) : 'late'
      if (end === 'late' && !takeOver) {
        throw new RecordError(
          'journal_locked',
          `another process has the journal in ${folder}, and has not ended in time`,
        )
      }
      // a process that was killed leaves its socket behind
      if (end !== 'ended') await rm(path, { force: true })
    }
  }

  /** @returns undefined if there is such a socket */
  static #listen(path: string): Promise<FolderLock | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = new Set<Socket>()
      const server = createServer((socket) => {
        waiting.add(socket)
        socket.unref()
        socket.on('error', () => {})
        socket.on('close', () => waiting.delete(socket))
      })
      server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
      server.listen(path, () => {
        server.unref()
        resolve(new FolderLock(server, waiting))
      })
    })
  }

  /** True while another process waits. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0
  }

  /** Gives the lock to a process that waits. */
  release(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#waiting) socket.destroy()
    return closed
  }
}

/** `ended`: the process that had the lock has ended or given it back. `left`: it has ended before, and left its socket. */
function waitForEnd(path: string, forMs: number, clock: Clock, onMeet: () => void): Promise<'ended' | 'left' | 'late'> {
  return new Promise((resolve) => {
    const socket = connect(path, onMeet)
    const finish = (end: 'ended' | 'left' | 'late'): void => {
      cancel()
      socket.destroy()
      resolve(end)
    }
    let cancel = clock.schedule(forMs, () => finish('late'))
    socket.on('close', () => finish('ended'))
    socket.on('error', (error) => {
      if (codeOf(error) === 'ECONNREFUSED') return finish('left')
      if (codeOf(error) !== 'EAGAIN') return
      // so many wait already that one more cannot be connected: look again soon
      cancel()
      cancel = clock.schedule(lookMs, () => finish('ended'))
      socket.removeAllListeners('close')
    })
  })
}

async function addressOf(folder: string): Promise<string> {
  const real = await realpath(folder)
  const path = join(real, 'lock')
  const name = `tygase-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  return path.length <= longestPath ? path : join(tmpdir(), name)
}

const epochPattern = /^epoch-(\d{1,10})$/

/** So often another process may take an epoch at the same moment. */
const mostTries = 1000

/**
 * The right to write a journal. It stands as a file with a number in its name, which the next process gives a higher one: at
 * once, so that of two processes one has it. The process that had it before finds out after each write.
 */
export class Epoch {
  /** From 1. */
  readonly number: number
  readonly #files: JournalFiles

  private constructor(files: JournalFiles, number: number) {
    this.#files = files
    this.number = number
  }

  /** Takes the right from whichever process has it. */
  static async take(files: JournalFiles): Promise<Epoch> {
    for (let tries = 0; tries < mostTries; tries++) {
      const numbers = (await files.list()).flatMap((name) => Number(epochPattern.exec(name)?.[1] ?? []))
      const last = Math.max(0, ...numbers)
      try {
        if (last === 0) await (await files.create(epochFile(1))).close()
        else await files.rename(epochFile(last), epochFile(last + 1))
        return new Epoch(files, last + 1)
      } catch (error) {
        // another process was faster
        if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
      }
    }
    throw new RecordError('journal_failed', 'other processes take the journal again and again')
  }

  /** False once another process has taken the journal. */
  isCurrent(): boolean {
    return this.#files.exists(epochFile(this.number))
  }
}

function epochFile(number: number): string {
  return `epoch-${number}`
}
