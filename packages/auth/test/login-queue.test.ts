import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { AttemptLimit } from '../src/attempt-limit.js'
import { LoginQueue } from '../src/login-queue.js'

/** A queue whose work ends when it is told to, and what has become of each login. */
function setQueue(burst = 10) {
  const clock = new VirtualClock()
  const limit = new AttemptLimit({ burst, perMinute: 1 }, clock)
  const queue = new LoginQueue(clock)
  const begun: string[] = []
  const ends = new Map<string, (result: string | undefined) => void>()
  const outcomes: Record<string, unknown> = {}
  const login = (name: string, key = name, patience: Parameters<typeof queue.run>[1] = {}): void => {
    const work = () => {
      begun.push(name)
      return new Promise<string | undefined>((resolve) => ends.set(name, resolve))
    }
    queue.run([[limit, key]], patience, work).then(
      (result) => {
        outcomes[name] = result
      },
      (error) => {
        outcomes[name] = error.name === 'RefusalError' ? error.code : error.name
      },
    )
  }
  /** All that follows from it happens, too. */
  const end = async (name: string, result: string | undefined, afterMs = 0): Promise<void> => {
    clock.advance(afterMs)
    ends.get(name)?.(result)
    for (let round = 0; round < 20; round++) await Promise.resolve()
  }
  return { clock, login, end, begun, outcomes }
}

test('two are at work at once, and the others begin in the order in which they came', async () => {
  const { login, end, begun, outcomes } = setQueue()
  for (const name of ['a', 'b', 'c', 'd']) login(name)
  expect(begun).toEqual(['a', 'b'])
  await end('b', 'in')
  expect(begun).toEqual(['a', 'b', 'c'])
  await end('a', 'in')
  expect([begun, outcomes]).toEqual([['a', 'b', 'c', 'd'], { a: 'in', b: 'in' }])
})

test('as many right ones as like come from one address at once, however few may be wrong', async () => {
  const { login, end, outcomes } = setQueue(1)
  const names = Array.from({ length: 30 }, (_, i) => `user${i}`)
  for (const name of names) login(name, 'home')
  for (const name of names) await end(name, 'in')
  expect(Object.values(outcomes)).toEqual(Array(30).fill('in'))
})

test('no more are at work at once than may be wrong, and others pass those who wait for that', async () => {
  const { login, end, begun, outcomes } = setQueue(1)
  login('a1', 'a')
  login('a2', 'a')
  login('b1', 'b')
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1', undefined)
  expect([begun, outcomes]).toEqual([['a1', 'b1'], { a1: undefined, a2: 'too_many_attempts' }])
  login('a3', 'a')
  await end('b1', 'in')
  expect(outcomes).toEqual({ a1: undefined, a2: 'too_many_attempts', a3: 'too_many_attempts', b1: 'in' })
})

test('one whose client has gone costs no work, and gives up its turn at once', async () => {
  const { login, end, begun, outcomes } = setQueue()
  const dead = Array.from({ length: 90 }, () => new AbortController())
  for (const name of ['a', 'b']) login(name)
  for (const [i, { signal }] of dead.entries()) login(`dead${i}`, `dead${i}`, { signal })
  login('ada')
  for (const gone of dead) gone.abort()
  await end('a', 'in')
  expect([begun, outcomes.dead0]).toEqual([['a', 'b', 'ada'], 'AbortError'])
  login('late', 'late', { signal: dead[0]!.signal })
  await end('b', 'in')
  expect([begun.includes('late'), outcomes.late]).toEqual([false, 'AbortError'])
})

test('as many may wait as there is time for, going by how long one takes; one more is refused at once', async () => {
  const { login, end, begun, outcomes } = setQueue()
  const patience = { withinMs: 4000 }
  login('a')
  await end('a', 'in', 250)
  // two at once in 250 ms: thirty are done in 3,750 ms, and the two after them just in time
  for (let i = 0; i < 40; i++) login(`b${i}`, `b${i}`, patience)
  await end('none', undefined)
  const refused = Object.values(outcomes).filter((outcome) => outcome === 'login_busy').length
  expect([refused, outcomes.b31, outcomes.b32]).toEqual([8, undefined, 'login_busy'])
  login('patient')
  for (let i = 0; i < 32; i++) await end(`b${i}`, 'in')
  expect(begun).toContain('patient')
})

test('the first rush is told at once how many there is time for, and all the others are done in time', async () => {
  const clock = new VirtualClock()
  const queue = new LoginQueue(clock)
  const outcomes = new Map<string, number>()
  const settle = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const work = () => new Promise<string>((resolve) => clock.schedule(250, () => resolve('in')))
  for (let i = 0; i < 200; i++) {
    const signal = new AbortController()
    clock.schedule(4001, () => signal.abort())
    queue.run([], { signal: signal.signal, withinMs: 4000 }, work).then(settle, ({ code }) => settle(code ?? 'aborted'))
  }
  for (let round = 0; round < 20; round++) await Promise.resolve()
  expect([...outcomes]).toEqual([['login_busy', 168]])
  for (let ms = 0; ms < 5000; ms += 50) {
    clock.advance(50)
    for (let round = 0; round < 20; round++) await Promise.resolve()
  }
  expect([...outcomes].sort()).toEqual([
    ['in', 32],
    ['login_busy', 168],
  ])
})

test('when logins take longer than was foreseen, those are refused whose turn comes too late by now', async () => {
  const { login, end, outcomes } = setQueue()
  for (let i = 0; i < 32; i++) login(`a${i}`, `a${i}`, { withinMs: 4000 })
  await end('none', undefined)
  expect(outcomes).toEqual({})
  await end('a0', 'in', 1000)
  await end('a1', 'in')
  // three seconds are left, two at once in each: a2 and a3 have begun
  const refused = Object.keys(outcomes).filter((name) => outcomes[name] === 'login_busy')
  expect([refused.length, refused[0]]).toEqual([24, 'a8'])
})

test('one that hangs gives its place back after 30 s, and its turn to those who may not be wrong at once', async () => {
  const { clock, login, end, begun, outcomes } = setQueue(1)
  for (const [name, key] of Object.entries({ a1: 'a', b1: 'b', a2: 'a', c1: 'c' })) login(name, key)
  await end('none', undefined, 29_999)
  expect(begun).toEqual(['a1', 'b1'])
  await end('none', undefined, 1)
  expect(begun).toEqual(['a1', 'b1', 'a2', 'c1'])
  // how long it hung says nothing of how long the others take
  await end('a2', 'in', 250)
  login('d1', 'd', { withinMs: 4000 })
  login('e1', 'e', { withinMs: 4000 })
  await end('c1', 'in')
  await end('e1', 'in')
  await end('d1', 'in')
  expect([outcomes.d1, outcomes.e1, clock.pending]).toEqual(['in', 'in', 0])
  // and what was wrong about it costs an attempt all the same
  await end('a1', undefined)
  login('a3', 'a')
  await end('b1', 'in')
  expect(outcomes).toMatchObject({ a1: undefined, b1: 'in', a3: 'too_many_attempts' })
})

test('where nobody waits one is let in, however long the last one took', async () => {
  const { login, end, outcomes } = setQueue()
  login('a')
  await end('a', 'in', 60_000)
  login('b', 'b', { withinMs: 1000 })
  await end('b', 'in')
  expect(outcomes).toEqual({ a: 'in', b: 'in' })
})

test('where a thousand wait one more is refused', async () => {
  const { login, end, outcomes } = setQueue()
  for (let i = 0; i < 1003; i++) login(`user${i}`)
  await end('none', undefined)
  expect(outcomes).toEqual({ user1002: 'login_busy' })
})

test('work that fails costs no attempt and gives its turn on', async () => {
  const clock = new VirtualClock()
  const limit = new AttemptLimit({ burst: 1, perMinute: 1 }, clock)
  const queue = new LoginQueue(clock)
  const fail = () => queue.run([[limit, 'a']], {}, () => Promise.reject(new Error('the disk is full')))
  for (let i = 0; i < 5; i++) await expect(fail()).rejects.toThrow('the disk is full')
  expect(await queue.run([[limit, 'a']], {}, async () => 'in')).toBe('in')
})
