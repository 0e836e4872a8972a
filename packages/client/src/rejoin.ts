import type { Clock } from '@tygase/gamestate'
import type { ClientSession, CloseInfo, SessionStatus } from '@tygase/protocol/internal'

// Who this page was before it was loaded again. A page that stays the same client loads this part while it connects.

type Secret = NonNullable<ClientSession['secret']>

/** The place of a page at a server: which client it is. */
export interface Seat {
  /** Of the client that this page was before; undefined for a new one. */
  readonly secret: Secret | undefined
  /** The page is this client now. */
  keep(secret: Secret): void
  /**
   * The session is over. A client that was never let in may come back as the one that it was.
   * @param mayComeBack true for one that is refused until its page is loaded again. Default false.
   */
  leave(mayComeBack?: boolean): void
}

/** What a hello says of the client that the page was before. */
export interface Rejoining {
  rejoin?: Secret | undefined
}

/** To be called when the status of a session changes; `closed` also when the session goes on at another address. */
export type TellSeat = (status: SessionStatus, secret: Secret | undefined, info: CloseInfo | undefined) => void

/** A client as the storage of a tab has it: its id, and its token in hexadecimal. */
type Entry = readonly [clientId: string, token: string]

/** The storage of a tab, and the locks of an origin, as far as they are used here. */
interface PageTools {
  readonly storage?: PageStorage | undefined
  readonly locks?: PageLocks | undefined
}

interface PageStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

interface PageLocks {
  request(
    name: string,
    options: { readonly ifAvailable: boolean },
    hold: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>
}

/**
 * A page that is being left frees its clients for the next one before that has asked so often, each time this long after the last
 * answer. What counts is answers, not time: a busy browser takes long for both.
 */
const mostAsked = 6
const pauseMs = 100

const prefix = 'tygase:'

/** Clients of this very page: the same lock is not asked for twice. */
const own = new Set<string>()

/**
 * Takes the page's seat for the first hello of a session.
 * @returns what keeps the seat; undefined as for `takeSeat`
 */
export async function rejoin(url: string, clock: Clock, hello: Rejoining): Promise<TellSeat | undefined> {
  const seat = await takeSeat(url, clock)
  hello.rejoin = seat?.secret
  return (
    seat &&
    ((status, secret, info) => {
      if (status === 'closed') seat.leave(info?.reason.startsWith('game_outdated:'))
      else if (secret !== undefined) seat.keep(secret)
    })
  )
}

/**
 * Finds out which client this page was, if it is still free. A tab keeps its storage over a reload, and a copy of it comes with a tab that
 * is duplicated: so each client is held by a lock, and the copy is a new client.
 * @param url of the server
 * @returns undefined if the page has no storage or no locks, as one that is neither from https: nor from this machine
 */
export async function takeSeat(url: string, clock: Clock, tools = toolsOf()): Promise<Seat | undefined> {
  const { storage, locks } = tools
  if (storage === undefined || locks === undefined) return undefined
  const { origin, pathname } = new URL(url)
  const key = `${prefix}${origin}${pathname}`
  let release: (() => void) | undefined
  let held: Secret | undefined
  for (const [clientId, token] of read(storage, key)) {
    if (own.has(clientId)) continue
    release = await takeOver(locks, clientId, clock)
    if (release !== undefined) {
      held = { clientId, token: bytesOf(token) }
      break
    }
    // another tab is this client
    write(storage, key, without(read(storage, key), clientId))
  }
  let kept: string | undefined
  let isOver = false
  const letGo = (): void => {
    release?.()
    release = undefined
  }
  return {
    secret: held,
    keep({ clientId, token }) {
      const others = without(without(read(storage, key), clientId), held?.clientId)
      write(storage, key, [...others, [clientId, hexOf(token)]])
      if (kept === clientId) return
      kept = clientId
      if (release !== undefined && held?.clientId === clientId) return
      letGo()
      // it comes late if the browser is busy; a page without it shares its client with a copy of its tab
      void lock(locks, clientId, false).then((end) => {
        release = end
        if (isOver) letGo()
      })
    },
    leave(mayComeBack = false) {
      isOver = true
      if (kept !== undefined && !mayComeBack) write(storage, key, without(read(storage, key), kept))
      letGo()
    },
  }
}

/** A page that may not keep anything throws at the sight of its storage. */
function toolsOf(): PageTools {
  try {
    const page = globalThis as unknown as { sessionStorage?: PageStorage; navigator?: { locks?: PageLocks } }
    return { storage: page.sessionStorage, locks: page.navigator?.locks }
  } catch {
    return {}
  }
}

/** @returns what frees the client; undefined if another page has it each time that this one asks */
async function takeOver(locks: PageLocks, clientId: string, clock: Clock): Promise<(() => void) | undefined> {
  for (let asked = 1; ; asked++) {
    const release = await lock(locks, clientId, true)
    if (release !== undefined || asked === mostAsked) return release
    // other connections of this page leave it alone
    own.add(clientId)
    await new Promise<void>((resolve) => clock.schedule(pauseMs, resolve))
  }
}

/** @returns what frees the client; undefined if the lock cannot be had, or not at once when it has to be `ifAvailable` */
function lock(locks: PageLocks, clientId: string, ifAvailable: boolean): Promise<(() => void) | undefined> {
  own.add(clientId)
  return new Promise((resolve) => {
    const fail = (): void => {
      own.delete(clientId)
      resolve(undefined)
    }
    const hold = (granted: unknown): Promise<void> | undefined => {
      if (granted === null) return void fail()
      return new Promise((free) => {
        resolve(() => {
          own.delete(clientId)
          free()
        })
      })
    }
    locks.request(prefix + clientId, { ifAvailable }, hold).catch(fail)
  })
}

/** What stands there may be anything: other code of the page can write it. */
function read(storage: PageStorage, key: string): readonly Entry[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? '[]')
    return Array.isArray(value) ? value.filter(isEntry) : []
  } catch {
    return []
  }
}

function write(storage: PageStorage, key: string, entries: readonly Entry[]): void {
  try {
    if (entries.length === 0) storage.removeItem(key)
    else storage.setItem(key, JSON.stringify(entries))
  } catch {
    // full: the page will be a new client
  }
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && typeof value[0] === 'string' && /^(?:[\da-f]{2})+$/.test(String(value[1]))
}

function without(entries: readonly Entry[], clientId: string | undefined): readonly Entry[] {
  return entries.filter(([id]) => id !== clientId)
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
