import type { Clock } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import { isLoopback, neighbourhoodOf } from '../defence/host.js'
import type { ListOptions, Storage } from '../storage/storage.js'
import { systemClock, systemTime } from '../system-clock.js'
import { checkedUserIdOf, userIdOf } from './account-name.js'
import { AttemptLimit, type AttemptRate } from './attempt-limit.js'
import { AuthError } from './errors.js'
import { type Attempt, LoginQueue } from './login-queue.js'
import { createPasswords, type Passwords } from './passwords.js'
import { Turns } from './turns.js'

export interface Account {
  /** As it was given. */
  readonly name: string
  /** The name without case: what belongs to the user is kept by it. Whoever adds the name again after its removal has the same. */
  readonly userId: string
  /** In UTC as ISO 8601 has it. */
  readonly addedAt: string
}

export interface AccountsOptions {
  /** Keys that begin with `account/` are taken. */
  storage: Storage
  /** Default: `createPasswords()`. */
  passwords?: Passwords
  /** In characters, from 1; of new passwords alone. Default 8. */
  minPasswordLength?: number
  /** Wrong passwords for one name, from wherever. Default 10, and 5 a minute. */
  attemptsPerName?: AttemptRate
  /**
   * Wrong names and passwords from one address or IPv6 network of 64 bits. Default 20, and 10 a minute, and no limit for this
   * machine's own; a rate that is given holds for all.
   */
  attemptsPerAddress?: AttemptRate
  /** What is added from one address, whether it succeeds or not; likewise. Default 10, and 1 a minute. */
  addsPerAddress?: AttemptRate
  /** Default: real time. */
  clock?: Clock
}

export interface AddOptions {
  /** From where, by a page for everybody, say. Default: nowhere, which has no limit. */
  readonly address?: string | undefined
}

export interface LoginOptions {
  /** From where. Default: nowhere, which has no limit. */
  readonly address?: string | undefined
  /** Aborts when nobody waits for the answer any more: whoever waits for a turn then gives it up. */
  readonly signal?: AbortSignal
  /** How long somebody waits for the answer. Where that is too short for all who wait, one is refused at once. Default: no limit. */
  readonly withinMs?: number
}

interface AccountRecord {
  readonly name: string
  readonly hash: string
  readonly addedAt: string
}

const prefix = 'account/'

/**
 * Names and passwords, kept in a storage. Methods reject with what the storage rejects with, besides what their own lines say.
 *
 * Invariant: what `login` does and answers is the same for an unknown user and a wrong password, down to the hash that is made.
 */
export class Accounts {
  readonly #storage: Storage
  readonly #passwords: Passwords
  readonly #minPasswordLength: number
  readonly #perName: AttemptLimit
  readonly #perAddress: AttemptLimit
  readonly #adds: AttemptLimit
  /** Whether the limits hold for this machine's own addresses. */
  readonly #isLocalLimited: { readonly attempts: boolean; readonly adds: boolean }
  readonly #queue: LoginQueue
  /** Reading and writing of records: one after the other, as what was read decides what is written. */
  readonly #changes = new Turns(1)

  /** @throws AuthError `invalid_argument` */
  constructor(options: AccountsOptions) {
    const { storage, passwords = createPasswords(), minPasswordLength = 8, clock = systemClock } = options
    if (!(Number.isInteger(minPasswordLength) && minPasswordLength >= 1)) {
      throw new AuthError('invalid_argument', 'minPasswordLength is a whole number from 1')
    }
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
   * Rejects with an AuthError: `name_invalid`, `name_taken`, `password_invalid`; with a RefusalError: `too_many_attempts` after too
   * many from one address, `login_busy`.
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
    const taken = (): AuthError => new AuthError('name_taken', `there is a user ${name} already`)
    if ((await this.#read(userId)) !== undefined) throw taken()
    const hash = await this.#hash(password)
    return await this.#changes.run(async () => {
      if ((await this.#read(userId)) !== undefined) throw taken()
      const record = { name: name.normalize('NFKC'), hash, addedAt: systemTime() }
      await this.#write(userId, record)
      return accountOf(userId, record)
    })
  }

  /** Sessions that were begun go on. Rejects with an AuthError: `name_invalid`, `unknown_user`. */
  async remove(name: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    await this.#changes.run(async () => {
      await this.#recordOf(userId)
      await this.#storage.delete(prefix + userId)
    })
  }

  /**
   * Sessions that were begun go on. Rejects with an AuthError: `name_invalid`, `unknown_user`, `password_invalid`; with a
   * RefusalError `login_busy`.
   */
  async setPassword(name: string, password: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    this.#checkPassword(password)
    await this.#recordOf(userId)
    const hash = await this.#hash(password)
    await this.#changes.run(async () => this.#write(userId, { ...(await this.#recordOf(userId)), hash }))
  }

  /** @returns undefined where there is none of this name. Rejects with an AuthError `name_invalid`. */
  async find(name: string): Promise<Account | undefined> {
    const userId = checkedUserIdOf(name)
    const record = await this.#read(userId)
    return record && accountOf(userId, record)
  }

  /** In the order of user ids. @param options `after` is a user id; otherwise as for `list` of a storage */
  async list({ limit, after }: ListOptions = {}): Promise<Account[]> {
    const entries = await this.#storage.list(prefix, {
      ...(limit !== undefined && { limit }),
      ...(after !== undefined && { after: prefix + after }),
    })
    return entries.map(({ key, value }) => accountOf(key.slice(prefix.length), value as AccountRecord))
  }

  /**
   * The account of a name, for its password. Rejects with a RefusalError: `login_failed` alike for an unknown user and a wrong
   * password; `too_many_attempts` after too many of these; `login_busy` where more log in at once than there is time for; with the
   * reason of the signal; with a TypeError for what is no text.
   */
  async login(name: string, password: string, options: LoginOptions = {}): Promise<Account> {
    if (typeof name !== 'string' || typeof password !== 'string') throw new TypeError('name and password are texts')
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
    // all that can be no name share an attempt of their own
    const ofName = [this.#perName, userId ?? ''] as const
    return neighbour === undefined ? [ofName] : [ofName, [this.#perAddress, neighbour]]
  }

  async #renewHash(userId: string, known: AccountRecord, password: string): Promise<void> {
    const hash = await this.#passwords.hash(password)
    await this.#changes.run(async () => {
      const now = await this.#read(userId)
      // the password may have been changed or the account removed meanwhile
      if (now?.hash === known.hash) await this.#write(userId, { ...now, hash })
    })
  }

  /** @throws TypeError; AuthError `password_invalid` */
  #checkPassword(password: string): void {
    if (typeof password !== 'string') throw new TypeError('a password is a text')
    if ([...password].length >= this.#minPasswordLength) return
    throw new AuthError('password_invalid', `a password has at least ${this.#minPasswordLength} characters`)
  }

  /** Waits in the line of those who log in: it costs the same. */
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

/** @returns whose the attempts from an address are; undefined where they have no limit */
function neighbourOf(address: string | undefined, isLocalLimited: boolean): string | undefined {
  if (address === undefined || (!isLocalLimited && isLoopback(address))) return undefined
  return neighbourhoodOf(address)
}
