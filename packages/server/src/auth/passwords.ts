import { type BinaryLike, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthError } from './errors.js'
import { formatHash, isCost, maxMemoryBytes, parseHash, type ScryptCost } from './scrypt-hash.js'

/** Makes hashes of passwords and compares with them, off the thread of the game. Passwords count in Unicode's form NFC. */
export interface Passwords {
  /** A hash that nothing matches and that takes as long to verify as one of `hash`. */
  readonly decoy: string
  /**
   * A text with all that `verify` needs, another one each time. Rejects with a TypeError for what is no text, with an AuthError
   * `password_invalid` for more than 1,024 bytes in UTF-8.
   */
  hash(password: string): Promise<string>
  /**
   * Whether the hash is of this password, and whether it is outdated: was made with other parameters than `hash` takes now. That it
   * does not match takes as long to find out as for the decoy, or longer where the hash has a higher cost. Rejects with a TypeError
   * for what is no text, with an AuthError `hash_malformed`.
   */
  verify(password: string, hash: string): Promise<{ matches: boolean; outdated: boolean }>
}

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt)

/** 32 MiB, and three times over: what OWASP's sheet on passwords advises for that much memory. */
export const defaultCost: ScryptCost = { N: 2 ** 15, r: 8, p: 3 }
const saltBytes = 16
const hashBytes = 32
const maxPasswordBytes = 1024

/** @param cost of new hashes; 128 · N · r is at most 256 MiB. @throws AuthError `invalid_argument` */
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
      if (typeof hash !== 'string') throw new TypeError('a hash is a text')
      const known = parseHash(hash)
      // nobody has such a password, whoever the user is
      if (bytes.length > maxPasswordBytes) return { matches: false, outdated: false }
      const found = await derived(bytes, known.salt, known.hash.length, known)
      const outdated = known.N !== N || known.r !== r || known.p !== p || known.hash.length !== hashBytes
      const matches = timingSafeEqual(found, known.hash)
      // a user whose hash cost less than that of a user there is not would be told from it by the time
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
  if (typeof password !== 'string') throw new TypeError('a password is a text')
  // one keyboard gives é in one character, another in two
  return Buffer.from(password.normalize('NFC'))
}
