import { describe, expect, it } from 'vitest'
import { idleSeconds, isIdle, maxSayBytes, tickRate, worldEnd } from '../src/world.js'
import { WorldPlay } from './world-play.js'

const here = (play: WorldPlay, clientId: string) => {
  const { x, y, z } = play.player(clientId)
  return [x, y, z]
}

describe('mov', () => {
  it('goes 5 units in the first second, arrives exactly and goes no further [R4]', () => {
    const play = new WorldPlay()
    play.enter('a')
    play.send('a', 'mov', { x: 10, y: 0, z: 0 })
    play.steps(tickRate - 1)
    expect(here(play, 'a')).toEqual([expect.closeTo(5, 9), 0, 0])
    play.steps(tickRate)
    expect(here(play, 'a')).toEqual([10, 0, 0])
    const version = play.machine.store.version
    play.steps(20)
    expect(here(play, 'a')).toEqual([10, 0, 0])
    expect(play.machine.store.version).toBe(version)
  })

  it.each([[[-10, 0, 0]], [[-3, -4, 0]], [[0.1, -0.7, 0.3]], [[-7.7, 3.3, -1.1]]] as const)(
    'arrives at exactly %j, backwards too [R4]',
    ([x, y, z]) => {
      const play = new WorldPlay()
      play.enter('a')
      play.send('a', 'mov', { x, y, z })
      play.steps(30)
      expect(here(play, 'a')).toEqual([x, y, z])
    },
  )

  it('on the way turns from where one is', () => {
    const play = new WorldPlay()
    play.enter('a')
    play.send('a', 'mov', { x: 10, y: 0, z: 0 })
    play.steps(9)
    play.send('a', 'mov', { x: 5, y: -2, z: 0 })
    play.steps(3)
    expect(here(play, 'a')).toEqual([5, -2, 0])
  })

  it.each([
    ['what is not a number', { x: Number.NaN, y: 0, z: 0 }, 'event_invalid'],
    ['infinity', { x: 0, y: Number.POSITIVE_INFINITY, z: 0 }, 'event_invalid'],
    ['a text', { x: '10', y: 0, z: 0 }, 'event_invalid'],
    ['two numbers', { x: 1, y: 2 }, 'event_invalid'],
    ['nothing', undefined, 'event_invalid'],
    ['a place beyond the end of the world', { x: 0, y: 0, z: -worldEnd - 1 }, 'too_far'],
  ])('with %s is refused with a code, and the world goes on [R4]', (_what, data, code) => {
    const play = new WorldPlay()
    play.enter('a')
    play.send('a', 'mov', { x: 1, y: 0, z: 0 })
    expect(play.send('a', 'mov', data)).toMatchObject({ kind: 'refused', code })
    play.steps(5)
    expect(here(play, 'a')).toEqual([1, 0, 0])
  })
})

describe('say', () => {
  it.each(['a,b', 'a\\cb', 'two\nlines', 'a;b\tc', 'grüße 👋 日本', '"', "'", ''])(
    'sends exactly the text (%j) and the name to all [R5]',
    (text) => {
      const play = new WorldPlay()
      play.enter('a', 'foo')
      expect(play.send('a', 'say', { text })).toMatchObject({ kind: 'done' })
      expect(play.said).toEqual([{ name: 'foo', text }])
    },
  )

  it.each([
    ['x'.repeat(maxSayBytes), 'done'],
    ['x'.repeat(maxSayBytes + 1), 'refused'],
    ['é'.repeat(maxSayBytes / 2), 'done'],
    ['é'.repeat(maxSayBytes / 2 + 1), 'refused'],
    ['👋'.repeat(maxSayBytes / 4), 'done'],
    ['👋'.repeat(maxSayBytes / 4 + 1), 'refused'],
  ])('takes 1,024 bytes and no more [R7]', (text, kind) => {
    const play = new WorldPlay()
    play.enter('a')
    expect(play.send('a', 'say', { text })).toMatchObject(kind === 'done' ? { kind } : { kind, code: 'text_too_long' })
  })
})

describe('a client that has not entered', () => {
  it.each([
    ['mov', { x: 1, y: 1, z: 1 }],
    ['say', { text: 'hello' }],
    ['idl', undefined],
  ])('is refused %s, and changes nothing [R9]', (name, data) => {
    const play = new WorldPlay()
    play.enter('a')
    const { state } = play.machine.store
    expect(play.send('stranger', name, data)).toMatchObject({ kind: 'refused', code: 'not_in_world' })
    expect(play.machine.store.state).toBe(state)
    expect(play.said).toEqual([])
  })
})

describe('an entity', () => {
  it('comes with its player and goes with it, and another one comes when the player does again [R11]', () => {
    const play = new WorldPlay()
    play.enter('session-1', 'foo')
    play.leave('session-1')
    expect(play.machine.store.state.players.size).toBe(0)
    play.enter('session-2', 'foo')
    expect([...play.machine.store.state.players.keys()]).toEqual(['session-2'])
  })
})

describe('being idle', () => {
  it('begins 15 seconds after the last command, whichever that was [R6]', () => {
    for (const [name, data] of [
      ['mov', { x: 1, y: 0, z: 0 }],
      ['say', { text: 'x' }],
      ['idl', undefined],
    ] as const) {
      const play = new WorldPlay()
      play.enter('a')
      play.steps(100)
      play.send('a', name, data)
      play.steps(idleSeconds * tickRate - 1)
      expect(isIdle(play.player('a'), play.machine.tick)).toBe(false)
      play.steps(1)
      expect(isIdle(play.player('a'), play.machine.tick)).toBe(true)
    }
  })
})
