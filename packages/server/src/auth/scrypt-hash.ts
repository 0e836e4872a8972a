import { AuthError } from './errors.js'

/** What a hash costs: 128 · N · r bytes of memory, and time in proportion to N · r · p. */
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

/** So that a hash that somebody has put into the storage cannot take all memory. */
export const maxMemoryBytes = 256 * 1024 * 1024

/** `scrypt$N$r$p$salt$hash`, both last in base64url. */
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
    throw new AuthError('hash_malformed', 'a hash of a password is malformed')
  return parsed
}

export function isCost({ N, r, p }: ScryptCost): boolean {
  const isPower = Number.isInteger(Math.log2(N)) && N >= 2 && N <= 2 ** 20
  const isWhole = Number.isInteger(r) && Number.isInteger(p) && r >= 1 && r <= 32 && p >= 1 && p <= 16
  return isPower && isWhole && 128 * N * r <= maxMemoryBytes
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
