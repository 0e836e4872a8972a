import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHash, parseHash } from '../src/passwords.js'

const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max })
const hashes = fc.record({
  N: fc.integer({ min: 1, max: 15 }).map((power) => 2 ** power),
  r: fc.integer({ min: 1, max: 32 }),
  p: fc.integer({ min: 1, max: 16 }),
  salt: bytes(6, 96),
  hash: bytes(17, 96),
})

test('a hash that was written is read as it was', () => {
  const check = fc.property(hashes, (hash) => {
    const read = parseHash(formatHash(hash))
    expect({ ...read, salt: new Uint8Array(read.salt), hash: new Uint8Array(read.hash) }).toEqual(hash)
  })
  fc.assert(check)
})

const salt = 'AAAAAAAAAAAAAAAAAAAAAA'
const hash = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

test('the form is scrypt, N, r, p, salt and hash', () => {
  expect(parseHash(`scrypt$16384$8$1$${salt}$${hash}`)).toEqual({
    N: 16_384,
    r: 8,
    p: 1,
    salt: Buffer.alloc(16),
    hash: Buffer.alloc(32),
  })
})

const malformed: [what: string, text: string][] = [
  ['nothing', ''],
  ['another kind', `bcrypt$16384$8$1$${salt}$${hash}`],
  ['a part too few', `scrypt$16384$8$1$${salt}`],
  ['a part too many', `scrypt$16384$8$1$${salt}$${hash}$x`],
  ['an N that is no power of two', `scrypt$16383$8$1$${salt}$${hash}`],
  ['an N of 1', `scrypt$1$8$1$${salt}$${hash}`],
  ['an N of 2^21', `scrypt$2097152$1$1$${salt}$${hash}`],
  ['more memory than there may be', `scrypt$1048576$8$1$${salt}$${hash}`],
  ['an r of 0', `scrypt$16384$0$1$${salt}$${hash}`],
  ['a p of 17', `scrypt$16384$8$17$${salt}$${hash}`],
  ['a number with a zero before it', `scrypt$016384$8$1$${salt}$${hash}`],
  ['a number below zero', `scrypt$-2$8$1$${salt}$${hash}`],
  ['no salt', `scrypt$16384$8$1$$${hash}`],
  ['a short hash', `scrypt$16384$8$1$${salt}$AAAA`],
  ['a salt that is not base64url', `scrypt$16384$8$1$${salt}+$${hash}`],
  ['bits that base64url does not have', `scrypt$16384$8$1$${salt}$${hash.slice(0, -1)}B`],
  ['a line end behind it', `scrypt$16384$8$1$${salt}$${hash}\n`],
]

test.each(malformed)('a hash with %s is refused with hash_malformed [M38]', (_, text) => {
  expect(() => parseHash(text)).toThrow(expect.objectContaining({ name: 'AuthError', code: 'hash_malformed' }))
})
