import { memoryStorage } from '@tygase/storage'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { Accounts, type AccountsOptions, createPasswords, passwordAuth } from '../src/index.js'
import type { Passwords } from '../src/passwords.js'

const cheap = createPasswords({ N: 16, r: 1, p: 1 })

/** Passwords that write down what is done with them: the cost of each hash that is made. */
function watched(passwords: Passwords = cheap): { passwords: Passwords; work: string[] } {
  const work: string[] = []
  const costOf = (hash: string) => hash.split('$').slice(0, 4).join('$')
  return {
    work,
    passwords: {
      decoy: passwords.decoy,
      hash: (password) => {
        work.push('hash')
        return passwords.hash(password)
      },
      verify: (password, hash) => {
        work.push(`verify ${costOf(hash)} ${hash.length}`)
        return passwords.verify(password, hash)
      },
    },
  }
}

function setAccounts(options: Partial<AccountsOptions> = {}) {
  const clock = new VirtualClock()
  const storage = memoryStorage()
  const accounts = new Accounts({ storage, clock, passwords: cheap, minPasswordLength: 4, ...options })
  return { clock, storage, accounts }
}

const loginFailed = expect.objectContaining({
  name: 'RefusalError',
  code: 'login_failed',
  message: 'name or password is wrong',
})
const tooMany = expect.objectContaining({ name: 'RefusalError', code: 'too_many_attempts' })

describe('accounts', () => {
  test('a user who was added logs in with the password, however the name is written [R14]', async () => {
    const { accounts } = setAccounts()
    const added = await accounts.add('Foo', '1234')
    expect(added).toMatchObject({ name: 'Foo', userId: 'foo', addedAt: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect(await accounts.login('Foo', '1234')).toEqual(added)
    expect(await accounts.login('fOO', '1234')).toEqual(added)
  })

  test('a name is had once, also by two who take it at the same time [R14]', async () => {
    // all hashes are done at the same time, so nothing but the accounts keeps the three apart
    const { accounts } = setAccounts({ passwords: { ...cheap, hash: async () => cheap.decoy } })
    const adding = await Promise.allSettled(['foo', 'FOO', 'Foo'].map((name, i) => accounts.add(name, `pass${i}`)))
    expect(adding.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    await expect(accounts.add('foo', '1234')).rejects.toMatchObject({ name: 'AuthError', code: 'name_taken' })
  })

  test.each(['../x', '', 'a/b', 'a\nb'])(
    'the name %j is refused with name_invalid, and nothing is kept [R14]',
    async (name) => {
      const { accounts, storage } = setAccounts()
      for (const work of [accounts.add(name, '1234'), accounts.remove(name), accounts.setPassword(name, '1234')]) {
        await expect(work).rejects.toMatchObject({ code: 'name_invalid' })
      }
      expect(await storage.list('')).toEqual([])
    },
  )

  test('what is kept has no password in it [R14]', async () => {
    const { accounts, storage } = setAccounts()
    await accounts.add('foo', 'swordfish')
    const [entry] = await storage.list('')
    expect(entry).toMatchObject({
      key: 'account/foo',
      value: { name: 'foo', hash: expect.stringMatching(/^scrypt\$/) },
    })
    expect(JSON.stringify(entry)).not.toContain('swordfish')
  })

  test('a short password is refused with password_invalid, by characters and not by halves of them', async () => {
    const { accounts } = setAccounts()
    const refused = { name: 'AuthError', code: 'password_invalid' }
    for (const password of ['', '123', '😀😀']) {
      await expect(accounts.add('foo', password)).rejects.toMatchObject(refused)
    }
    await accounts.add('foo', '😀😀😀😀')
    await expect(accounts.setPassword('foo', '123')).rejects.toMatchObject(refused)
    const usual = new Accounts({ storage: memoryStorage(), passwords: cheap })
    await expect(usual.add('foo', '1234567')).rejects.toMatchObject(refused)
    await usual.add('foo', '12345678')
  })

  test('a password that was set holds, and the one before does not', async () => {
    const { accounts } = setAccounts()
    await accounts.add('foo', '1234')
    await accounts.setPassword('FOO', 'abcd')
    expect((await accounts.login('foo', 'abcd')).name).toBe('foo')
    await expect(accounts.login('foo', '1234')).rejects.toEqual(loginFailed)
  })

  test('so many are added from one address; then one more is refused until time has passed', async () => {
    const { accounts, clock } = setAccounts({ addsPerAddress: { burst: 2, perMinute: 1 } })
    const address = '203.0.113.7'
    const adds = ['a', 'b', 'c', 'd'].map((name) => accounts.add(name, '1234', { address }))
    const codes = (await Promise.allSettled(adds)).map((result) => result.status === 'rejected' && result.reason.code)
    expect(codes).toEqual([false, false, 'too_many_attempts', 'too_many_attempts'])
    await accounts.add('elsewhere', '1234', { address: '203.0.113.8' })
    await accounts.add('by-the-program', '1234')
    clock.advance(60_000)
    await accounts.add('c', '1234', { address })
    const { accounts: usual } = setAccounts()
    for (let i = 0; i < 30; i++) await usual.add(`user${i}`, '1234', { address: '127.0.0.1' })
  })

  test('a user who was removed is unknown, and the name is free', async () => {
    const { accounts } = setAccounts()
    await accounts.add('foo', '1234')
    await accounts.remove('Foo')
    await expect(accounts.login('foo', '1234')).rejects.toEqual(loginFailed)
    await accounts.add('foo', 'abcd')
  })

  test('removing or changing a user whom nobody knows is refused with unknown_user', async () => {
    const { accounts } = setAccounts()
    const refused = { name: 'AuthError', code: 'unknown_user' }
    await expect(accounts.remove('foo')).rejects.toMatchObject(refused)
    await expect(accounts.setPassword('foo', '1234')).rejects.toMatchObject(refused)
  })

  test('a user is found by the name, however it is written; nobody by another', async () => {
    const { accounts } = setAccounts()
    const added = await accounts.add('Foo', '1234')
    expect([await accounts.find('fOO'), await accounts.find('bar')]).toEqual([added, undefined])
    await expect(accounts.find('../x')).rejects.toMatchObject({ code: 'name_invalid' })
  })

  test('users are listed in the order of their ids, in pages, without their hashes', async () => {
    const { accounts, storage } = setAccounts()
    await storage.put('accounting', 'something else')
    for (const name of ['carl', 'Ada', 'bob']) await accounts.add(name, '1234')
    const all = await accounts.list()
    expect(all.map(({ name }) => name)).toEqual(['Ada', 'bob', 'carl'])
    expect(Object.keys(all[0] ?? {}).sort()).toEqual(['addedAt', 'name', 'userId'])
    expect((await accounts.list({ limit: 1, after: 'ada' })).map(({ userId }) => userId)).toEqual(['bob'])
  })

  test('a hash with old parameters is made anew at the next login [M38]', async () => {
    const { accounts: old, storage } = setAccounts({ passwords: createPasswords({ N: 32, r: 1, p: 1 }) })
    await old.add('foo', '1234')
    const { passwords, work } = watched()
    const accounts = new Accounts({ storage, passwords })
    await accounts.login('foo', '1234')
    expect(work.at(-1)).toBe('hash')
    await accounts.login('foo', '1234')
    expect(work.at(-1)).toMatch(/^verify scrypt\$16\$1\$1 /)
    expect(work.length).toBe(3)
  })

  test('a hash that is made anew does not bring back a password that was changed meanwhile', async () => {
    const { accounts: old, storage } = setAccounts({ passwords: createPasswords({ N: 32, r: 1, p: 1 }) })
    await old.add('foo', '1234')
    const hash = async (password: string) => {
      if (password === '1234') await accounts.setPassword('foo', 'abcd')
      return cheap.hash(password)
    }
    const accounts = new Accounts({ storage, passwords: { ...cheap, hash }, minPasswordLength: 4 })
    await accounts.login('foo', '1234')
    expect((await accounts.login('foo', 'abcd')).name).toBe('foo')
  })
})

describe('a login', () => {
  test.each([
    ['a wrong password', 'foo', 'wrong'],
    ['an unknown user', 'nobody', '1234'],
    ['a name that nobody can have', '../x', '1234'],
    ['an empty name', '', '1234'],
    ['an empty password', 'foo', ''],
  ])('with %s gets the same answer after the same work [R2]', async (_, name, password) => {
    const { passwords, work } = watched()
    const { accounts } = setAccounts({ passwords })
    await accounts.add('foo', '1234')
    work.length = 0
    await expect(accounts.login('foo', 'other')).rejects.toEqual(loginFailed)
    await expect(accounts.login(name, password)).rejects.toEqual(loginFailed)
    expect(work.length).toBe(2)
    expect(work[0]).toBe(work[1])
  })

  test('that failed may be tried again, and then succeeds [R2]', async () => {
    const { accounts } = setAccounts()
    await accounts.add('foo', '1234')
    await expect(accounts.login('foo', 'wrong')).rejects.toEqual(loginFailed)
    expect((await accounts.login('foo', '1234')).userId).toBe('foo')
  })

  test.each(['foo', 'nobody'])(
    'for the name %s is refused after so many that failed, until time has passed [R2]',
    async (name) => {
      const { passwords, work } = watched()
      const { accounts, clock } = setAccounts({ passwords, attemptsPerName: { burst: 3, perMinute: 6 } })
      await accounts.add('foo', '1234')
      const attempts = Array.from({ length: 5 }, () => accounts.login(name, 'wrong'))
      const codes = (await Promise.allSettled(attempts)).map(
        (result) => result.status === 'rejected' && result.reason.code,
      )
      expect(codes).toEqual([...Array(3).fill('login_failed'), ...Array(2).fill('too_many_attempts')])
      work.length = 0
      await expect(accounts.login(name, '1234')).rejects.toEqual(tooMany)
      expect(work).toEqual([])
      clock.advance(10_000)
      await expect(accounts.login(name, 'wrong')).rejects.toEqual(loginFailed)
      await expect(accounts.login(name, 'wrong')).rejects.toEqual(tooMany)
    },
  )

  test('is limited for each address, whatever the names; an IPv6 network is one [R2]', async () => {
    const { accounts } = setAccounts({ attemptsPerAddress: { burst: 2, perMinute: 1 } })
    await accounts.add('foo', '1234')
    await expect(accounts.login('a', 'x', { address: '2001:db8::1' })).rejects.toEqual(loginFailed)
    await expect(accounts.login('b', 'x', { address: '2001:db8::2' })).rejects.toEqual(loginFailed)
    await expect(accounts.login('foo', '1234', { address: '2001:db8::3' })).rejects.toEqual(tooMany)
    expect((await accounts.login('foo', '1234', { address: '203.0.113.7' })).name).toBe('foo')
    expect((await accounts.login('foo', '1234')).name).toBe('foo')
  })

  test.each(['127.0.0.1', '::1'])(
    'from %s is not limited for its address, unless a number says so',
    async (address) => {
      const { accounts } = setAccounts()
      for (let i = 0; i < 30; i++) await expect(accounts.login(`u${i}`, 'x', { address })).rejects.toEqual(loginFailed)
      const { accounts: strict } = setAccounts({ attemptsPerAddress: { burst: 1, perMinute: 1 } })
      await expect(strict.login('a', 'x', { address })).rejects.toEqual(loginFailed)
      await expect(strict.login('b', 'x', { address })).rejects.toEqual(tooMany)
    },
  )

  test('of each of 60 users behind one address succeeds when all come at once, as after a crash of the server', async () => {
    const { accounts } = setAccounts({ minPasswordLength: 1 })
    const names = Array.from({ length: 60 }, (_, i) => `user${i}`)
    for (const name of names) await accounts.add(name, name)
    const address = '203.0.113.7'
    const all = await Promise.all(names.map((name) => accounts.login(name, name, { address })))
    expect(all.map(({ userId }) => userId)).toEqual(names)
    await expect(accounts.login('user1', 'x', { address })).rejects.toEqual(loginFailed)
  })

  test('that succeeds costs no attempt', async () => {
    const rate = { burst: 2, perMinute: 1 }
    const { accounts } = setAccounts({ attemptsPerName: rate, attemptsPerAddress: rate })
    await accounts.add('foo', '1234')
    for (let i = 0; i < 10; i++) await accounts.login('foo', '1234', { address: '203.0.113.7' })
  })

  test('waits its turn: two hashes are made at once, those of new passwords too', async () => {
    let [atOnce, most] = [0, 0]
    const counted = async <Result>(work: Promise<Result>): Promise<Result> => {
      most = Math.max(most, ++atOnce)
      return await work.finally(() => atOnce--)
    }
    const hash: Passwords['hash'] = (password) => counted(cheap.hash(password))
    const verify: Passwords['verify'] = (password, known) => counted(cheap.verify(password, known))
    const { accounts } = setAccounts({ passwords: { ...cheap, hash, verify } })
    const names = Array.from({ length: 10 }, (_, i) => `user${i}`)
    await Promise.allSettled(names.flatMap((name) => [accounts.login(name, 'wrong'), accounts.add(name, '1234')]))
    expect(most).toBe(2)
  })

  test('with what is no text is a TypeError', async () => {
    const { accounts } = setAccounts()
    await expect(accounts.login(7 as never, 'x')).rejects.toThrow(TypeError)
    await expect(accounts.login('x', undefined as never)).rejects.toThrow(TypeError)
  })
})

describe('passwordAuth', () => {
  const request = {
    path: '/',
    headers: {},
    address: '203.0.113.7',
    signal: new AbortController().signal,
    timeoutMs: 4000,
  }

  test('lets in who presents name and password, under the name of the account', async () => {
    const { accounts } = setAccounts()
    await accounts.add('Foo', '1234')
    expect(await passwordAuth(accounts)({ name: 'foo', password: '1234' }, request)).toEqual({
      userId: 'foo',
      name: 'Foo',
    })
  })

  test('hands on the address, so that attempts from it are limited', async () => {
    const { accounts } = setAccounts({ attemptsPerAddress: { burst: 1, perMinute: 1 } })
    const auth = passwordAuth(accounts)
    await expect(auth({ name: 'a', password: 'x' }, request)).rejects.toEqual(loginFailed)
    await expect(auth({ name: 'b', password: 'x' }, request)).rejects.toEqual(tooMany)
  })

  test('lets the login end with the waiting of the client', async () => {
    const gone = new AbortController()
    const options: unknown[] = []
    const accounts = {
      login: async (name: string, _: string, given: unknown) => {
        options.push(given)
        return { name, userId: name, addedAt: '' }
      },
    }
    await passwordAuth(accounts)({ name: 'foo', password: 'x' }, { ...request, signal: gone.signal, timeoutMs: 700 })
    expect(options).toEqual([{ address: '203.0.113.7', signal: gone.signal, withinMs: 700 }])
  })

  test.each([[undefined], [null], ['foo'], [{}], [{ name: 'foo' }], [{ name: 'foo', password: 7 }], [['foo', '1234']]])(
    'refuses %j with credentials_invalid',
    async (credentials) => {
      const refused = { name: 'RefusalError', code: 'credentials_invalid' }
      await expect(passwordAuth(setAccounts().accounts)(credentials, request)).rejects.toMatchObject(refused)
    },
  )
})

test.each([
  { minPasswordLength: 0 },
  { attemptsPerName: { burst: 0, perMinute: 1 } },
  { attemptsPerAddress: { burst: 1, perMinute: -1 } },
  { addsPerAddress: { burst: 0.5, perMinute: 1 } },
  { minPasswordLenght: 12 },
])('accounts with %j are refused with invalid_argument', (options) => {
  expect(() => setAccounts(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

describe('functions of the user that fail', () => {
  const broken = new Error('broken')
  const ways: [how: string, fail: () => Promise<never>][] = [
    [
      'throws',
      () => {
        throw broken
      },
    ],
    ['rejects', () => Promise.reject(broken)],
  ]

  test.each(ways)(
    'a hasher that %s fails its own calls, keeps no place, and its secrets are in no log',
    async (_, fail) => {
      const logged: unknown[] = []
      const log = (...entry: unknown[]): void => void logged.push(entry)
      const logger = { debug: log, info: log, warn: log, error: log }
      const { accounts, storage } = setAccounts({ logger })
      await accounts.add('ada', 'right password')
      const passwords: Passwords = { decoy: cheap.decoy, hash: fail, verify: fail }
      const failing = new Accounts({ storage, passwords, logger })
      for (let i = 0; i < 5; i++) {
        await expect(failing.add('bob', 'right password')).rejects.toBe(broken)
        await expect(failing.login('ada', 'right password')).rejects.toBe(broken)
        await expect(failing.setPassword('ada', 'other password')).rejects.toBe(broken)
      }
      // only the renewal of the hash fails, and the login is a success
      const outdated: Passwords = { ...passwords, verify: async () => ({ matches: true, outdated: true }) }
      const renewing = new Accounts({ storage, passwords: outdated, logger })
      expect(await renewing.login('ada', 'right password')).toMatchObject({ name: 'ada' })
      expect(logged).toEqual([[{ err: broken }, 'the hash of a password was not renewed']])
    },
  )

  test.each(ways)('a storage that %s fails its own calls, and keeps no place', async (_, fail) => {
    const storage = { get: fail, put: fail, delete: fail, list: fail, batch: fail, close: fail }
    const { accounts } = setAccounts({ storage })
    for (let i = 0; i < 5; i++) {
      for (const call of [
        () => accounts.add('ada', 'right password'),
        () => accounts.login('ada', 'right password'),
        () => accounts.setPassword('ada', 'right password'),
        () => accounts.remove('ada'),
        () => accounts.find('ada'),
        () => accounts.list(),
      ]) {
        await expect(call()).rejects.toBe(broken)
      }
    }
  })
})
