import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, expect, test, vi } from 'vitest'

/** The work of each hash that was made. */
const work: number[] = []
const { scrypt } = crypto
replaceScrypt(((...args: Parameters<typeof scrypt>): void => {
  const { N = 0, r = 0, p = 0 } = args[3]
  work.push(N * r * p)
  scrypt(...args)
}) as typeof scrypt)
afterAll(() => replaceScrypt(scrypt))

// other tests may have loaded them with the function of Node
vi.resetModules()
const { createPasswords } = await import('../src/index.js')
const { defaultCost } = await import('../src/passwords.js')

function replaceScrypt(replacement: typeof scrypt): void {
  crypto.scrypt = replacement
  syncBuiltinESMExports()
}

const cheap = { N: 16, r: 1, p: 1 }
const passwords = createPasswords(cheap)

test('the right password matches its hash, and no other does [M38]', async () => {
  const hash = await passwords.hash('correct horse')
  expect(await passwords.verify('correct horse', hash)).toEqual({ matches: true, outdated: false })
  for (const other of ['correct hors', 'Correct horse', 'correct horse ', '', 'x']) {
    expect((await passwords.verify(other, hash)).matches).toBe(false)
  }
})

test('two hashes of one password differ, and both match it [M38]', async () => {
  const hashes = [await passwords.hash('same'), await passwords.hash('same')]
  expect(hashes[0]).not.toBe(hashes[1])
  for (const hash of hashes) expect((await passwords.verify('same', hash)).matches).toBe(true)
})

test('a hash with other parameters still matches, and is said to be outdated [M38]', async () => {
  const old = await createPasswords({ N: 32, r: 2, p: 2 }).hash('same')
  expect(await passwords.verify('same', old)).toEqual({ matches: true, outdated: true })
  expect(await passwords.verify('other', old)).toEqual({ matches: false, outdated: true })
})

test.each([
  { N: 16, r: 1, p: 1 },
  { N: 8, r: 1, p: 1 },
  { N: 16, r: 2, p: 1 },
  { N: 2, r: 1, p: 5 },
  { N: 32, r: 2, p: 3 },
])('a password does not match a hash of %j after as much work as it does not match the decoy', async (cost) => {
  const passwords = createPasswords({ N: 32, r: 2, p: 3 })
  const old = await createPasswords(cost).hash('same')
  const workOf = async (hash: string) => {
    work.length = 0
    expect((await passwords.verify('other', hash)).matches).toBe(false)
    return work.reduce((sum, each) => sum + each, 0)
  }
  expect(await workOf(old)).toBe(await workOf(passwords.decoy))
})

test('a password that matches costs no more than its hash', async () => {
  const old = await passwords.hash('same')
  work.length = 0
  await createPasswords({ N: 32, r: 2, p: 3 }).verify('same', old)
  expect(work).toEqual([16])
})

test('a hash that scrypt of RFC 7914 makes matches', async () => {
  // its third vector, in this form
  const derived =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887'
  const text = (bytes: Buffer) => bytes.toString('base64url')
  const hash = `scrypt$16384$8$1$${text(Buffer.from('SodiumChloride'))}$${text(Buffer.from(derived, 'hex'))}`
  expect((await passwords.verify('pleaseletmein', hash)).matches).toBe(true)
})

test('a password may be any text of up to 1,024 bytes, however its characters are put together', async () => {
  const hash = await passwords.hash('caf\u00e9')
  expect((await passwords.verify('cafe\u0301', hash)).matches).toBe(true)
  const long = 'ü'.repeat(512)
  expect((await passwords.verify(long, await passwords.hash(long))).matches).toBe(true)
  await expect(passwords.hash(`${long}x`)).rejects.toMatchObject({ code: 'password_invalid' })
  expect((await passwords.verify(`${long}x`, hash)).matches).toBe(false)
})

test.each([[undefined], [null], [7], [Buffer.from('bytes')]])(
  'what is no text is a TypeError: %s [M38]',
  async (value) => {
    await expect(passwords.hash(value as never)).rejects.toThrow(TypeError)
    await expect(passwords.verify(value as never, passwords.decoy)).rejects.toThrow(TypeError)
    await expect(passwords.verify('text', value as never)).rejects.toThrow(TypeError)
  },
)

test('a hash that is malformed is refused with hash_malformed [M38]', async () => {
  await expect(passwords.verify('text', 'scrypt$nonsense')).rejects.toMatchObject({ code: 'hash_malformed' })
})

test('nothing matches the decoy, which has the parameters of a hash', async () => {
  expect(passwords.decoy.split('$').slice(0, 4)).toEqual((await passwords.hash('')).split('$').slice(0, 4))
  expect(passwords.decoy.length).toBe((await passwords.hash('')).length)
  expect(await passwords.verify('', passwords.decoy)).toEqual({ matches: false, outdated: false })
})

test('a hash takes 32 MiB where nothing else is said', () => {
  expect(128 * defaultCost.N * defaultCost.r).toBe(32 * 1024 * 1024)
  expect(createPasswords().decoy).toMatch(/^scrypt\$32768\$8\$3\$/)
})

test.each([
  [{ N: 1000, r: 8, p: 1 }],
  [{ N: 2 ** 20, r: 8, p: 1 }],
  [{ N: 16, r: 0, p: 1 }],
  [{ N: 16, r: 1, p: 1.5 }],
])('a cost of %j is refused with invalid_argument', (cost) => {
  expect(() => createPasswords(cost)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})
