import { type BinaryLike, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthError } from './errors.js'

/** Cost of a hash: 128 · N · r bytes of memory, and time in proportion to N · r · p. */
export interface ScryptCost {
  /** A power of two, 2 to 2^20. */
  readonly N: number
  /** 1 to 32. */
  readonly r: number
  /** 1 to 16. */
  readonly p: number
}

export interface ScryptHash extends ScryptCost {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** Limit for a hash from the storage, so that it cannot take all memory. */
const maxMemoryBytes = 256 * 1024 * 1024

/** Hashes passwords and verifies them, in threads of their own. Passwords are compared in Unicode's form NFC. */
export interface Passwords {
  /** A hash that no password matches. It takes as long to verify as a hash of `hash`. */
  readonly decoy: string
  /**
   * A hash as a text, with a new salt each time. Rejects with a TypeError if the password is not a text, and with an AuthError
   * `password_invalid` if it has more than 1,024 bytes in UTF-8.
   */
  hash(password: string): Promise<string>
  /**
   * `matches`: the hash is of this password. `outdated`: it was made with other parameters than `hash` uses now. A mismatch takes
   * at least as long as for the decoy. Rejects with a TypeError if an argument is not a text, and with an AuthError
   * `hash_malformed`.
   */
  verify(password: string, hash: string): Promise<{ matches: boolean; outdated: boolean }>
}

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt)

/** 32 MiB and three rounds, as the password storage cheat sheet of OWASP advises for that much memory. */
export const defaultCost: ScryptCost = { N: 2 ** 15, r: 8, p: 3 }
const saltBytes = 16
const hashBytes = 32
const maxPasswordBytes = 1024

/** @param cost cost of new hashes; 128 · N · r is at most 256 MiB. @throws AuthError `invalid_argument` */
export function createPasswords(cost: ScryptCost = defaultCost): Passwords {
  if (!isCost(cost)) throw new AuthError('invalid_argument', 'the cost of scrypt is out of range')
  const { N, r, p } = cost
  return {
    decoy: formatHash({ N, r, p, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) }),

    async hash(password) {
      const bytes = passwordBytes(password)
      if (bytes.length > maxPasswordBytes) {
        throw new AuthError('password_invalid', `a password has at most ${maxPasswordBytes} bytes`)
      }
      const salt = randomBytes(saltBytes)
      return formatHash({ N, r, p, salt, hash: await derived(bytes, salt, hashBytes, cost) })
    },

    async verify(password, hash) {
      const bytes = passwordBytes(password)
      if (typeof hash !== 'string') throw new TypeError('a hash must be a text')
      const known = parseHash(hash)
      // no account has such a password
      if (bytes.length > maxPasswordBytes) return { matches: false, outdated: false }
      const found = await derived(bytes, known.salt, known.hash.length, known)
      const outdated = known.N !== N || known.r !== r || known.p !== p || known.hash.length !== hashBytes
      const matches = timingSafeEqual(found, known.hash)
      // without this, a cheap old hash would be verified faster than the decoy, and the time would show that the user exists
      const missing = Math.min(
        Math.round((N * r * p) / (known.N * known.r)) - known.p,
        Math.floor(maxMemoryBytes / (128 * known.r)),
      )
      if (!matches && missing > 0) await derived(bytes, known.salt, hashBytes, { ...known, p: missing })
      return { matches, outdated }
    },
  }
}

function derived(password: Uint8Array, salt: Uint8Array, length: number, { N, r, p }: ScryptCost): Promise<Buffer> {
  return derive(password, salt, length, { N, r, p, maxmem: maxMemoryBytes * 2 })
}

function passwordBytes(password: string): Uint8Array {
  if (typeof password !== 'string') throw new TypeError('a password must be a text')
  // one keyboard writes é as one character, another one as two
  return Buffer.from(password.normalize('NFC'))
}

/** `scrypt$N$r$p$salt$hash`, with salt and hash in base64url. */
export function formatHash({ N, r, p, salt, hash }: ScryptHash): string {
  return ['scrypt', N, r, p, base64url(salt), base64url(hash)].join('$')
}

/** Mirror of `formatHash`. @throws AuthError `hash_malformed` */
export function parseHash(text: string): ScryptHash {
  const [, N, r, p, salt = '', hash = ''] =
    /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{8,128})\$([\w-]{22,128})$/.exec(text) ?? []
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const parsed = { ...cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
  if (!isCost(cost) || formatHash(parsed) !== text)
    throw new AuthError('hash_malformed', 'the hash of a password is malformed')
  return parsed
}

function isCost({ N, r, p }: ScryptCost): boolean {
  const isPower = Number.isInteger(Math.log2(N)) && N >= 2 && N <= 2 ** 20
  const isWhole = Number.isInteger(r) && Number.isInteger(p) && r >= 1 && r <= 32 && p >= 1 && p <= 16
  return isPower && isWhole && 128 * N * r <= maxMemoryBytes
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
