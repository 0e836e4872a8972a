import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addDemoUsers } from '../../src/server/rpg-server.js'
import { playerKey } from '../../src/server/saved-players.js'
import { saveSeconds } from '../../src/server/world-room.js'
import { idleSeconds } from '../../src/world.js'
import { beginMs, RpgPlay } from '../rpg-play.js'
import { silentLogger } from '../silent-logger.js'

let play: RpgPlay
beforeEach(async () => {
  play = await RpgPlay.begin()
})
afterEach(() => play.end())

describe('a player who logs in', () => {
  it('sees all players, the own one too, and is seen by them [R1]', async () => {
    const foo = play.typist()
    expect(await foo.type('con foo,1234')).toEqual(['+ foo is here, at 0,0,0', expect.stringMatching(/^ok!/)])
    const bar = play.typist()
    expect((await bar.type('con bar,4321')).slice(0, 2).sort()).toEqual([
      '+ bar is here, at 0,0,0',
      '+ foo is here, at 0,0,0',
    ])
    await play.time.step(100)
    expect(foo.take()).toEqual(['+ bar is here, at 0,0,0'])
  })

  it('with a wrong password or an unknown name gets the same answer, and may try again [R2]', async () => {
    const foo = play.typist()
    const answers = [await foo.type('con foo,4321'), await foo.type('con nobody,1234')]
    expect(answers[0]).toEqual(['Error: name or password is wrong (login_failed)'])
    expect(answers[1]).toEqual(answers[0])
    expect(await foo.type('con foo,1234')).toContain('+ foo is here, at 0,0,0')
  })

  it('cannot try passwords without end [R2]', async () => {
    const foo = play.typist()
    let answer: string[] = []
    for (let attempt = 0; attempt < 11; attempt++) answer = await foo.type('con foo,wrong')
    expect(answer.join()).toContain('too_many_attempts')
  })

  it('once more takes the place of the first, who gets the reason; others see one go and one come, at one place [R13]', async () => {
    const bar = await play.join('bar,4321')
    const first = await play.join('foo,1234')
    await first.type('mov 5,0,0')
    await play.time.step(500)
    const [id] = [...play.players].find(([, { name }]) => name === 'foo')!
    first.take()
    bar.take()

    const second = play.typist()
    const [seen] = (await second.type('con foo,1234')).filter((line) => line.startsWith('+ foo'))
    await play.time.step(500)
    expect(first.take().join()).toMatch(/You are out of the world: .*joined again/)
    const news = bar.take().filter((line) => /^[+-]/.test(line))
    expect(news).toEqual(['- foo is gone', seen])
    const [newId, { x }] = [...play.players].find(([, { name }]) => name === 'foo')!
    expect(newId).not.toBe(id)
    expect(x).toBeGreaterThan(2)
    expect(await second.type('who')).toHaveLength(3)
  })

  it('leaves with bye, before login too, and the others see it at once [R15]', async () => {
    const stranger = play.typist()
    expect(await stranger.type('bye')).toEqual([])
    const foo = await play.join('foo,1234')
    const bar = await play.join('bar,4321')
    bar.take()
    await foo.type('bye')
    await play.time.step(200)
    expect(bar.take()).toEqual(['- foo is gone'])
  })
})

describe('a silent player', () => {
  it('is sent away after 15 seconds, with the reason, within a fifth of a second [R6]', async () => {
    const foo = await play.join('foo,1234')
    await foo.type('idl')
    const heardMs = play.time.nowMs
    await play.time.runUntil(() => foo.take().join().includes('idle: no command for 15 seconds'))
    const silentSeconds = (play.time.nowMs - heardMs) / 1000
    expect(Math.abs(silentSeconds - idleSeconds)).toBeLessThanOrEqual(0.2)
  })

  it('who says idl now and then stays [R6]', async () => {
    const foo = await play.join('foo,1234')
    for (let turn = 0; turn < 6; turn++) {
      await play.time.step(10_000)
      await foo.type('idl')
    }
    expect(play.players.size).toBe(1)
    expect(foo.take()).toEqual([])
  })
})

describe('a player', () => {
  it('is saved at login, with the time [R12]', async () => {
    await play.time.step(1234)
    await play.join('foo,1234')
    await play.time.step(0)
    expect(await play.saved('foo')).toEqual({
      x: 0,
      y: 0,
      z: 0,
      lastLoginMs: expect.closeTo(beginMs + play.time.nowMs, -3),
    })
  })

  it('is saved at leaving, and is back there with the next login [R12]', async () => {
    const foo = await play.join('foo,1234')
    await foo.type('mov 1,-2,2')
    await play.time.step(1000)
    await foo.type('bye')
    await play.time.step(200)
    expect(await play.saved('foo')).toMatchObject({ x: 1, y: -2, z: 2 })
    const again = play.typist()
    expect(await again.type('con foo,1234')).toContain('+ foo is here, at 1,-2,2')
  })

  it('is saved on an interval while there [R12]', async () => {
    const foo = await play.join('foo,1234')
    await foo.type('mov 1,-2,2')
    await play.time.step(saveSeconds * 1000 + 1000)
    expect(await play.saved('foo')).toMatchObject({ x: 1, y: -2, z: 2 })
  })

  it('is saved at shutdown, gets the reason, and is there in the next process [R12]', async () => {
    const foo = await play.join('foo,1234')
    const bar = await play.join('bar,4321')
    await foo.type('mov 1,-2,2')
    await play.time.step(1000)
    bar.take()
    await play.end()
    await play.time.step(100)
    expect(bar.take().join()).toContain('You are out of the world: the test is over')
    play = await RpgPlay.begin({ storage: play.storage })
    expect(await play.typist().type('con foo,1234')).toContain('+ foo is here, at 1,-2,2')
  })
})

describe('a crash of the server', () => {
  it('is survived by the players: once the server is back, they are back where they were saved [R12]', async () => {
    const foo = await play.join('foo,1234')
    await foo.type('mov 1,-2,2')
    await play.time.step(saveSeconds * 1000 + 1000)
    foo.take()
    const begin = await play.crash()
    await play.time.step(10_000)
    expect(foo.take()).toEqual([
      'The connection is lost; trying to get it back …',
      'The session is lost; logging in again …',
    ])
    await begin()
    await play.time.step(5000)
    expect(foo.take()).toEqual(['+ foo is here, at 1,-2,2', 'You are back in the world.'])
    expect(await foo.type('say hello')).toEqual(['foo: hello'])
    expect(foo.rpg.hasFailed).toBe(false)
  })

  it('after which the server is back at once is reported once, and no password is asked for', async () => {
    const foo = await play.join('foo,1234')
    const begin = await play.crash()
    await begin()
    await play.time.step(5000)
    expect(foo.take()).toEqual([
      'The connection is lost; trying to get it back …',
      'The session is lost; logging in again …',
      '+ foo is here, at 0,0,0',
      'You are back in the world.',
    ])
  })

  it('puts a player out of the world after half a minute of waiting, once the session is lost', async () => {
    const foo = await play.join('foo,1234')
    const begin = await play.crash()
    await play.time.step(10_000)
    foo.take()
    expect(await foo.type('who')).toEqual([expect.stringContaining('(not_connected)')])
    expect(await foo.type('con foo,1234')).toEqual([expect.stringContaining('(already_connected)')])
    await play.time.step(50_000)
    expect(foo.take().at(-1)).toMatch(/^You are out of the world: .*\(connect_timeout\)\. To come back: con/)
    expect(foo.rpg.hasFailed).toBe(true)
    await begin()
    expect(await foo.type('con foo,1234')).toContain('+ foo is here, at 0,0,0')
  })

  it('does not bring back a player who has left meanwhile', async () => {
    const foo = await play.join('foo,1234')
    const begin = await play.crash()
    await play.time.step(10_000)
    foo.take()
    await foo.type('bye')
    await begin()
    await play.time.step(60_000)
    expect(play.players.size).toBe(0)
    expect(foo.take()).toEqual([])
  })
})

describe('a player who cannot be loaded', () => {
  it('is sent away, and its record stays as it was', async () => {
    const foo = await play.join('foo,1234')
    await foo.type('mov 1,-2,2')
    await play.time.step(1000)
    await foo.type('bye')
    await play.time.step(200)
    const { storage } = play
    const get = storage.get.bind(storage)
    const errors: string[] = []
    const logger = { ...silentLogger, error: (_details: object, message: string) => void errors.push(message) }
    storage.get = (key) => (key === playerKey('foo') ? Promise.reject(new Error('disk failed')) : get(key))
    await play.end()
    play = await RpgPlay.begin({ storage, logger })
    expect((await play.typist().type('con foo,1234')).join()).toContain('the saved player cannot be loaded')
    expect(errors).toEqual(['a player cannot be loaded'])
    expect(play.players.size).toBe(0)
    storage.get = get
    expect(await play.saved('foo')).toMatchObject({ x: 1, y: -2, z: 2 })
  })
})

describe('a client', () => {
  it('cannot put a player into the world', async () => {
    const foo = await play.join('foo,1234')
    // reason: the types know that only the server sends it
    const cheating = foo.rpg.connection.request('enter' as 'mov', { x: 1, y: 1, z: 1 })
    await expect(play.time.complete(cheating)).rejects.toMatchObject({ code: 'event_unknown' })
    expect([...play.players.values()].map(({ name, x }) => [name, x])).toEqual([['foo', 0]])
  })

  it('that sends a thousand commands at once does not slow the others, who hear few of them [R17]', async () => {
    const foo = await play.join('foo,1234')
    const bar = await play.join('bar,4321')
    for (let count = 0; count < 1000; count++) foo.rpg.connection.dispatchEvent('say', { text: 'spam' })
    const startMs = play.time.nowMs
    const heard = await bar.type('say hello')
    // a second's worth of the other's commands may come before it
    while (!heard.includes('bar: hello') && play.time.nowMs - startMs < 1000) {
      await play.time.step(10)
      heard.push(...bar.take())
    }
    expect(play.time.nowMs - startMs).toBeLessThanOrEqual(200)
    await play.time.step(1000)
    heard.push(...bar.take())
    // a second's worth at once, and that of the second since
    expect(heard.filter((line) => line === 'foo: spam').length).toBeLessThanOrEqual(125)
    expect(await bar.type('mov 1,0,0')).toContain('  bar walks to 1,0,0')
  })
})

describe('the demo data', () => {
  it('is foo and bar, made once [R14]', async () => {
    expect((await play.accounts.list()).map(({ name }) => name)).toEqual(['bar', 'foo'])
    expect(await addDemoUsers(play.accounts)).toEqual([])
  })
})
