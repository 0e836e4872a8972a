import type { Clock } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import { neighbourhoodOf } from '../defence/host.js'
import type { ListOptions, Storage } from '../storage/storage.js'
import { systemClock, systemTime } from '../system-clock.js'
import { checkedUserIdOf, userIdOf } from './account-name.js'
import { AttemptLimit, type AttemptRate } from './attempt-limit.js'
import { AuthError } from './errors.js'
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
  /** Wrong names and passwords from one address or IPv6 network of 64 bits. Default 20, and 10 a minute. */
  attemptsPerAddress?: AttemptRate
  /** Default: real time. */
  clock?: Clock
}

interface AccountRecord {
  readonly name: string
  readonly hash: string
  readonly addedAt: string
}

/** A hash takes tens of MiB and a thread of the four that files and names of hosts are waited for with. */
const maxLoginsAtOnce = 2
const maxLoginsWaiting = 100
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
  readonly #logins = new Turns(maxLoginsAtOnce)
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
    this.#perAddress = new AttemptLimit(options.attemptsPerAddress ?? { burst: 20, perMinute: 10 }, clock)
  }

  /** Rejects with an AuthError: `name_invalid`, `name_taken`, `password_invalid`. */
  async add(name: string, password: string): Promise<Account> {
    const userId = checkedUserIdOf(name)
    const hash = await this.#hash(password)
    return await this.#changes.run(async () => {
      if ((await this.#read(userId)) !== undefined) throw new AuthError('name_taken', `there is a user ${name} already`)
      const record = { name: name.normalize('NFKC'), hash, addedAt: systemTime() }
      await this.#write(userId, record)
      return accountOf(userId, record)
    })
  }

  /** Sessions that were begun go on. Rejects with an AuthError: `name_invalid`, `unknown_user`. */
  async remove(name: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    await this.#changes.run(async () => {
      await this.#find(userId)
      await this.#storage.delete(prefix + userId)
    })
  }

  /** Sessions that were begun go on. Rejects with an AuthError: `name_invalid`, `unknown_user`, `password_invalid`. */
  async setPassword(name: string, password: string): Promise<void> {
    const userId = checkedUserIdOf(name)
    await this.#find(userId)
    const hash = await this.#hash(password)
    await this.#changes.run(async () => this.#write(userId, { ...(await this.#find(userId)), hash }))
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
   * password, `too_many_attempts` after too many of these or where too many log in at once; with a TypeError for what is no text.
   * @param address from where; undefined is not limited
   */
  async login(name: string, password: string, address?: string): Promise<Account> {
    if (typeof name !== 'string' || typeof password !== 'string') throw new TypeError('name and password are texts')
    const userId = userIdOf(name)
    const giveBack = this.#takeAttempt(userId, address)
    if (this.#logins.waiting >= maxLoginsWaiting) {
      giveBack()
      throw new RefusalError('too_many_attempts', 'too many log in at once; try again in a moment')
    }
    return await this.#logins.run(async () => {
      const record = userId === undefined ? undefined : await this.#read(userId)
      const { matches, outdated } = await this.#passwords.verify(password, record?.hash ?? this.#passwords.decoy)
      if (userId === undefined || record === undefined || !matches) {
        throw new RefusalError('login_failed', 'name or password is wrong')
      }
      giveBack()
      if (outdated) await this.#renewHash(userId, record, password)
      return accountOf(userId, record)
    })
  }

  /** @returns what takes it back */
  #takeAttempt(userId: string | undefined, address: string | undefined): () => void {
    // all that can be no name share an attempt of their own
    const taken: [AttemptLimit, string][] = [[this.#perName, userId ?? '']]
    if (address !== undefined) taken.push([this.#perAddress, neighbourhoodOf(address)])
    if (!taken.every(([limit, key]) => limit.allows(key))) {
      throw new RefusalError('too_many_attempts', 'too many wrong names or passwords; try again in a minute')
    }
    // before the work and not after it, so that many at once are no way around it
    for (const [limit, key] of taken) limit.take(key)
    return () => {
      for (const [limit, key] of taken) limit.giveBack(key)
    }
  }

  async #renewHash(userId: string, known: AccountRecord, password: string): Promise<void> {
    const hash = await this.#passwords.hash(password)
    await this.#changes.run(async () => {
      const now = await this.#read(userId)
      // the password may have been changed or the account removed meanwhile
      if (now?.hash === known.hash) await this.#write(userId, { ...now, hash })
    })
  }

  async #hash(password: string): Promise<string> {
    if (typeof password !== 'string') throw new TypeError('a password is a text')
    if ([...password].length < this.#minPasswordLength) {
      throw new AuthError('password_invalid', `a password has at least ${this.#minPasswordLength} characters`)
    }
    return await this.#passwords.hash(password)
  }

  async #find(userId: string): Promise<AccountRecord> {
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
