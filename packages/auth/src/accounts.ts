import type { Clock, Logger } from '@tygase/gamestate'
import type { LoggerOption } from '@tygase/gamestate/internal'
import { faultOfOptions, type OptionRow, systemClock, toLogger, wakefulClock } from '@tygase/gamestate/internal'
import { type Auth, RefusalError } from '@tygase/server'
import { isLoopback, type ListOptions, neighbourhoodOf, type Storage, systemTime } from '@tygase/server/internal'
import { checkedUserIdOf, userIdOf } from './account-name.js'
import { AttemptLimit, type AttemptRate } from './attempt-limit.js'
import { AuthError } from './errors.js'
import { type Attempt, LoginQueue } from './login-queue.js'
import { createPasswords, type Passwords } from './passwords.js'

/** An account as programs see it: without its password. */
export interface Account {
  /** The name as it was added. */
  readonly name: string
  /** The name without case; data of the user is kept under it. An account that is removed and added again has the same. */
  readonly userId: string
  /** Date and time in UTC, ISO 8601. */
  readonly addedAt: string
}

/** Options of accounts. */
export interface AccountsOptions {
  /** The accounts use all keys that begin with `account/`. */
  storage: Storage
  /** Default: `createPasswords()`. */
  passwords?: Passwords
  /** Length of new passwords in characters, from 1. Default 8. */
  minPasswordLength?: number
  /** Wrong passwords for one name, from all addresses together. Default 10, and 5 a minute. */
  attemptsPerName?: AttemptRate
  /**
   * Wrong names and passwords from one address or IPv6 network of 64 bits. Default 20, and 10 a minute, without a limit for
   * addresses of this machine. A given rate holds for all addresses.
   */
  attemptsPerAddress?: AttemptRate
  /** Attempts to add an account from one address, successful or not. Default 10, and 1 a minute; as for `attemptsPerAddress`. */
  addsPerAddress?: AttemptRate
  /** Default: real time. */
  clock?: Clock
  /** Gets errors that no caller gets. Default: warnings and errors to the console. */
  logger?: LoggerOption
}

const other = (name: keyof AccountsOptions, meaning: string) =>
  ({ name, default: undefined, unit: '', min: 0, meaning }) satisfies OptionRow

/** The options of `new Accounts`. */
export const accountsOptionRows: readonly OptionRow[] = [
  other('storage', 'Keeps the accounts, under keys that begin with `account/`.'),
  other('passwords', 'Hashes passwords. Default: `createPasswords()`.'),
  {
    name: 'minPasswordLength',
    default: 8,
    unit: 'characters',
    min: 1,
    max: 1024,
    whole: true,
    meaning: 'Length of new passwords.',
    code: 'password_invalid',
  },
  {
    ...other('attemptsPerName', 'Wrong passwords for one name. Default `{ burst: 10, perMinute: 5 }`.'),
    code: 'too_many_attempts',
  },
  {
    ...other(
      'attemptsPerAddress',
      'Wrong logins from one address. Default `{ burst: 20, perMinute: 10 }`, no limit for this machine.',
    ),
    code: 'too_many_attempts',
  },
  {
    ...other(
      'addsPerAddress',
      'Accounts added from one address. Default `{ burst: 10, perMinute: 1 }`, no limit for this machine.',
    ),
    code: 'too_many_attempts',
  },
  other('clock', 'Time and timers. Default: real time.'),
  other('logger', 'Gets log entries; false silences them. Default: warnings and errors go to the console.'),
]

export interface AddOptions {
  /** IP address of the person who signs up. Default: none, and no limit holds. */
  readonly address?: string | undefined
}

export interface LoginOptions {
  /** IP address of the client. Default: none, and no limit holds. */
  readonly address?: string | undefined
  /** Abort it if the answer is no longer needed. A login that waits for its turn then gives up. */
  readonly signal?: AbortSignal
  /** Time for the answer, in ms. A login that cannot be done in time is refused at once. Default: no limit. */
  readonly withinMs?: number
}

interface AccountRecord {
  readonly name: string
  readonly hash: string
  readonly addedAt: string
}

const prefix = 'account/'

/**
 * Names and passwords in a storage. Every method also rejects with the errors of the storage.
 *
 * Invariant: `login` does the same work and gives the same answer for an unknown user and for a wrong password, hash included.
 */
export class Accounts {
  readonly #storage: Storage
  readonly #passwords: Passwords
  readonly #minPasswordLength: number
  readonly #perName: AttemptLimit
  readonly #perAddress: AttemptLimit
  readonly #adds: AttemptLimit
  /** If the limits also hold for addresses of this machine. */
  readonly #isLocalLimited: { readonly attempts: boolean; readonly adds: boolean }
  readonly #queue: LoginQueue
  /** Changes of records, one after the other: each reads before it writes. */
  readonly #changes = new Turns(1)
  readonly #logger: Logger

  /** @throws AuthError `invalid_argument` */
  constructor(options: AccountsOptions) {
    const fault = faultOfOptions('new Accounts', accountsOptionRows, options)
    if (fault !== undefined) throw new AuthError('invalid_argument', fault)
    const { storage, passwords = createPasswords(), minPasswordLength = 8 } = options
    this.#logger = toLogger(options.logger)
    const clock = wakefulClock(options.clock ?? systemClock, this.#logger)
    this.#storage = storage
    this.#passwords = passwords
    this.#minPasswordLength = minPasswordLength
    this.#perName = new AttemptLimit(options.attemptsPerName ?? { burst: 10, perMinute: 5 }, clock)
    const { attemptsPerAddress, addsPerAddress } = options
    this.#perAddress = new AttemptLimit(attemptsPerAddress ?? { burst: 20, perMinute: 10 }, clock)
    this.#adds = new AttemptLimit(addsPerAddress ?? { burst: 10, perMinute: 1 }, clock)
    this.#isLocalLimited = { attempts: attemptsPerAddress !== undefined, adds: addsPerAddress !== undefined }
    this.#queue = new LoginQueue(clock)
  }

  /**
   * Adds an account. Rejects with an AuthError: `name_invalid`, `name_taken`, `password_invalid`; with a RefusalError:
   * `too_many_attempts` after too many attempts from one address, `login_busy`.
   */
  async add(name: string, password: string, { address }: AddOptions = {}): Promise<Account> {
    const userId = checkedUserIdOf(name)
    this.#checkPassword(password)
    const key = neighbourOf(address, this.#isLocalLimited.adds)
    if (key !== undefined) {
      if (this.#adds.stateOf(key) === 'none') {
        throw new RefusalError('too_many_attempts', 'too many accounts from one address; try again in a minute')
      }
      this.#adds.begin(key)(true)
    }
    const taken = (): AuthError => new AuthError('name_taken', `the user ${name} exists already`)
    if ((await this.#read(userId)) !== undefined) throw taken()
    const hash = await this.#hash(password)
    return await this.#changes.run(async () => {
      if ((await this.#read(userId)) !== undefined) throw taken()
      const record = { name: name.normalize('NFKC'), hash, addedAt: systemTime() }
      await this.#write(userId, record)
      return accountOf(userId, record)
    })
  }

  /** Removes an account. Its running sessions go on. Rejects with an AuthError: `name_invalid`, `unknown_user`. */
  async remove(name: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    await this.#changes.run(async () => {
      await this.#recordOf(userId)
      await this.#storage.delete(prefix + userId)
    })
  }

  /**
   * Sets another password. Running sessions go on. Rejects with an AuthError: `name_invalid`, `unknown_user`,
   * `password_invalid`; with a RefusalError `login_busy`.
   */
  async setPassword(name: string, password: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    this.#checkPassword(password)
    await this.#recordOf(userId)
    const hash = await this.#hash(password)
    await this.#changes.run(async () => this.#write(userId, { ...(await this.#recordOf(userId)), hash }))
  }

  /** @returns the account of a name; undefined if there is none. Rejects with an AuthError `name_invalid`. */
  async find(name: string): Promise<Account | undefined> {
    const userId = checkedUserIdOf(name)
    const record = await this.#read(userId)
    return record && accountOf(userId, record)
  }

  /** Accounts ordered by user id. @param options as for `list` of a storage, with a user id as `after` */
  async list({ limit, after }: ListOptions = {}): Promise<Account[]> {
    const entries = await this.#storage.list(prefix, {
      ...(limit !== undefined && { limit }),
      ...(after !== undefined && { after: prefix + after }),
    })
    return entries.map(({ key, value }) => accountOf(key.slice(prefix.length), value as AccountRecord))
  }

  /**
   * The account of a name, if the password is right. Rejects with a RefusalError: `login_failed` for an unknown user as for a
   * wrong password; `too_many_attempts` after too many of them; `login_busy` if too many log in at once; with the reason of the
   * signal; with a TypeError for an argument that is not a text.
   */
  async login(name: string, password: string, options: LoginOptions = {}): Promise<Account> {
    if (typeof name !== 'string' || typeof password !== 'string') throw new TypeError('name and password must be texts')
    const userId = userIdOf(name)
    const attempt = this.#attemptOf(userId, options.address)
    const account = await this.#queue.run(attempt, options, () => this.#verify(userId, password))
    if (account === undefined) throw new RefusalError('login_failed', 'name or password is wrong')
    return account
  }

  /** @returns undefined for an unknown user as for a wrong password */
  async #verify(userId: string | undefined, password: string): Promise<Account | undefined> {
    const record = userId === undefined ? undefined : await this.#read(userId)
    const { matches, outdated } = await this.#passwords.verify(password, record?.hash ?? this.#passwords.decoy)
    if (userId === undefined || record === undefined || !matches) return undefined
    if (outdated) await this.#renewHash(userId, record, password)
    return accountOf(userId, record)
  }

  #attemptOf(userId: string | undefined, address: string | undefined): Attempt {
    const neighbour = neighbourOf(address, this.#isLocalLimited.attempts)
    // texts that cannot be names share one limit
    const ofName = [this.#perName, userId ?? ''] as const
    return neighbour === undefined ? [ofName] : [ofName, [this.#perAddress, neighbour]]
  }

  /** Never rejects: the old hash still serves, and the next login tries again. */
  async #renewHash(userId: string, known: AccountRecord, password: string): Promise<void> {
    try {
      const hash = await this.#passwords.hash(password)
      await this.#changes.run(async () => {
        const now = await this.#read(userId)
        // the password may have changed, or the account may be gone
        if (now?.hash === known.hash) await this.#write(userId, { ...now, hash })
      })
    } catch (error) {
      this.#logger.error({ err: error }, 'the hash of a password was not renewed')
    }
  }

  /** @throws TypeError; AuthError `password_invalid` */
  #checkPassword(password: string): void {
    if (typeof password !== 'string') throw new TypeError('a password must be a text')
    if ([...password].length >= this.#minPasswordLength) return
    throw new AuthError('password_invalid', `a password has at least ${this.#minPasswordLength} characters`)
  }

  /** Waits in the queue of logins, because it costs the same. */
  #hash(password: string): Promise<string> {
    return this.#queue.run([], {}, () => this.#passwords.hash(password))
  }

  async #recordOf(userId: string): Promise<AccountRecord> {
    const record = await this.#read(userId)
    if (record === undefined) throw new AuthError('unknown_user', `there is no user ${userId}`)
    return record
  }

  async #read(userId: string): Promise<AccountRecord | undefined> {
    return (await this.#storage.get(prefix + userId)) as AccountRecord | undefined
  }

  async #write(userId: string, record: AccountRecord): Promise<void> {
    await this.#storage.put(prefix + userId, record)
  }
}

function accountOf(userId: string, { name, addedAt }: AccountRecord): Account {
  return { name, userId, addedAt }
}

/** @returns the group of addresses that shares a limit; undefined if the address has no limit */
function neighbourOf(address: string | undefined, isLocalLimited: boolean): string | undefined {
  if (address === undefined || (!isLocalLimited && isLoopback(address))) return undefined
  return neighbourhoodOf(address)
}

/**
 * An `auth` that lets clients in with the `name` and the `password` of an account as credentials. It refuses credentials without
 * these two texts with `credentials_invalid`, and the others as `login` does.
 */
export function passwordAuth(accounts: Pick<Accounts, 'login'>): Auth {
  return async (credentials, { address, signal, timeoutMs }) => {
    const { name, password } = textsOf(credentials)
    const account = await accounts.login(name, password, { address, signal, withinMs: timeoutMs })
    return { userId: account.userId, name: account.name }
  }
}

function textsOf(credentials: unknown): { name: string; password: string } {
  if (typeof credentials === 'object' && credentials !== null) {
    const { name, password } = credentials as { name?: unknown; password?: unknown }
    if (typeof name === 'string' && typeof password === 'string') return { name, password }
  }
  throw new RefusalError('credentials_invalid', 'this game asks for a name and a password')
}

/** Runs a limited number of jobs at a time. The others wait, first come first served. */
export class Turns {
  readonly #maxRunning: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning
  }

  /** Settles as `work` does. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#maxRunning) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // the place is passed on, so that a later job cannot take it
      if (next === undefined) this.#running--
      else next()
    }
  }
}
