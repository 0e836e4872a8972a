import { EntityMap, equalStates } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { arena, idleSeconds, maxPlayers, protectionSeconds, tickRate } from '../src/arena.js'
import type { Tag } from '../src/game.js'
import { ArenaPlay, disc, seeded } from './arena-play.js'

/** Two that touch; `a` is *it*. */
function touching(protectedUntil: number): Tag {
  const players = new EntityMap([
    ['a', disc(400, 400)],
    ['b', disc(420, 400)],
  ])
  return { players, it: 'a', taggedBy: '', protectedUntil, itRestsSince: Number.POSITIVE_INFINITY }
}

/** Joins, steers and leaves at random for a while, looking at each version. */
function playAtRandom(seed: number, look: (play: ArenaPlay) => void): ArenaPlay {
  const play = new ArenaPlay({ seed })
  const random = seeded(seed)
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  for (let round = 0; round < 400; round++) {
    const id = ids[Math.floor(random() * ids.length)] as string
    const dice = random()
    if (dice < 0.15) play.send(id, 'join', { name: id })
    else if (dice < 0.25) play.leave(id)
    else play.send(id, 'steer', { dx: random() * 2 - 1, dy: random() * 2 - 1 })
    look(play)
  }
  return play
}

describe('who is it', () => {
  it.each([1, 2, 3, 4, 5])(
    'is exactly one player if there are players, and none if there are none (seed %i)',
    (seed) => {
      let emptied = 0
      playAtRandom(seed, ({ state }) => {
        if (state.players.size === 0) emptied++
        expect(state.it === '').toBe(state.players.size === 0)
        if (state.it !== '') expect(state.players.has(state.it)).toBe(true)
      })
      expect(emptied).toBeLessThan(400)
    },
  )

  it('is the first to join, and an event says so', () => {
    const play = new ArenaPlay()
    play.send('a', 'join', { name: 'Ada' })
    play.send('b', 'join', { name: 'Bob' })
    expect(play.state.it).toBe('a')
    expect(play.sent).toEqual([{ name: 'chosen', data: { whom: 'a' } }])
  })

  it('is drawn anew, with protection, when it leaves', () => {
    const play = new ArenaPlay()
    for (const id of ['a', 'b', 'c']) play.send(id, 'join', { name: id })
    play.leave('a')
    expect(['b', 'c']).toContain(play.state.it)
    expect(play.sent.at(-1)).toEqual({ name: 'chosen', data: { whom: play.state.it } })
    expect(play.state.protectedUntil).toBeCloseTo(play.machine.tick / tickRate + protectionSeconds)
  })

  it.each([
    ['in the open', { dx: 0, dy: 0 }],
    ['against a wall with its key held, as a player who is gone does', { dx: -1, dy: 0 }],
  ])('passes to another player after standing idle %s, with protection', (_where, stick) => {
    const players = new EntityMap([
      ['a', disc(arena.radius, 400, stick)],
      ['b', disc(1200, 400)],
    ])
    const play = new ArenaPlay({ state: { ...touching(0), players } })
    play.steps(idleSeconds * tickRate)
    expect(play.state.it).toBe('a')
    play.steps(1)
    expect(play.state.it).toBe('b')
    expect(play.sent.at(-1)).toEqual({ name: 'chosen', data: { whom: 'b' } })
    expect(play.state.protectedUntil).toBeCloseTo(play.time + protectionSeconds)
  })

  it('keeps it while it runs, however long its key is held', () => {
    const play = new ArenaPlay({
      state: {
        ...touching(0),
        players: new EntityMap([
          ['a', disc(100, 400)],
          ['b', disc(1200, 800)],
        ]),
      },
    })
    for (let turn = 0; turn < 4; turn++) {
      play.send('a', 'steer', { dx: turn % 2 === 0 ? 1 : -1, dy: 0 })
      play.steps(idleSeconds * tickRate * 0.6)
      expect(play.state.it).toBe('a')
    }
  })

  it('stays idle if it is alone', () => {
    const play = new ArenaPlay()
    play.send('a', 'join', { name: 'a' })
    play.steps(idleSeconds * tickRate * 2)
    expect(play.state.it).toBe('a')
  })

  it('does not change when another player leaves', () => {
    const play = new ArenaPlay()
    for (const id of ['a', 'b']) play.send(id, 'join', { name: id })
    play.leave('b')
    expect(play.state.it).toBe('a')
  })
})

describe('a touch', () => {
  it('passes it on, counts for the player who passed it, and an event says so', () => {
    const play = new ArenaPlay({ state: touching(0) })
    play.steps(1)
    expect(play.state.it).toBe('b')
    expect(play.state.taggedBy).toBe('a')
    expect(play.player('a').tags).toBe(1)
    expect(play.sent).toEqual([{ name: 'tagged', data: { by: 'a', whom: 'b' } }])
  })

  it('does nothing until the protection is over, then passes it on in the same place', () => {
    const play = new ArenaPlay({ state: touching(0) })
    play.steps(1)
    const ticks = protectionSeconds * tickRate
    play.steps(ticks - 1)
    expect(play.state.it).toBe('b')
    play.steps(1)
    expect(play.state.it).toBe('a')
  })

  it('needs two discs that overlap', () => {
    const players = new EntityMap([
      ['a', disc(400, 400)],
      ['b', disc(456, 400)],
    ])
    const play = new ArenaPlay({
      state: { players, it: 'a', taggedBy: '', protectedUntil: 0, itRestsSince: Number.POSITIVE_INFINITY },
    })
    play.steps(30)
    expect(play.state.it).toBe('a')
  })
})

describe('the score', () => {
  it('is the time as it, of no other player', () => {
    const play = new ArenaPlay({ state: touching(10) })
    play.steps(2 * tickRate)
    expect(play.player('a').itSeconds).toBeCloseTo(2)
    expect(play.player('b').itSeconds).toBe(0)
  })

  it('adds up to the time that was played, whatever tags there are', () => {
    const state = touching(0)
    const play = new ArenaPlay({ state })
    play.steps(20 * tickRate)
    expect(play.player('a').itSeconds + play.player('b').itSeconds).toBeCloseTo(20)
  })
})

describe('join', () => {
  it('answers with the name that others see', () => {
    const play = new ArenaPlay()
    expect(play.send('a', 'join', { name: '  Ada\n' })).toEqual({ kind: 'done', value: { name: 'Ada' } })
    expect(play.send('b', 'join', { name: 'ada' })).toEqual({ kind: 'done', value: { name: 'ada 2' } })
  })

  it('sent again changes the name and keeps place and score', () => {
    const play = new ArenaPlay()
    play.send('a', 'join', { name: 'Ada' })
    play.steps(30)
    const before = play.player('a')
    play.send('a', 'join', { name: 'Lin' })
    expect(play.player('a')).toMatchObject({ name: 'Lin', x: before.x, y: before.y })
    expect(play.player('a').itSeconds).toBeGreaterThanOrEqual(before.itSeconds)
    expect(play.state.players.size).toBe(1)
  })

  it('is refused when the arena is full', () => {
    const play = new ArenaPlay()
    for (let number = 0; number < maxPlayers; number++) play.send(`p${number}`, 'join', { name: 'x' })
    expect(play.send('late', 'join', { name: 'x' })).toMatchObject({ kind: 'refused', code: 'arena_full' })
    expect(play.state.players.size).toBe(maxPlayers)
  })

  it.each([
    ['no name', {}],
    ['a name that is no string', { name: 5 }],
    ['a name without end', { name: 'x'.repeat(257) }],
    ['a colour that there is not', { name: 'x', colour: 12 }],
    ['a colour between two', { name: 'x', colour: 1.5 }],
  ])('is refused with %s', (_what, data) => {
    const play = new ArenaPlay()
    expect(play.send('a', 'join', data)).toMatchObject({ kind: 'refused', code: 'event_invalid' })
    expect(play.state.players.size).toBe(0)
  })
})

describe('steer', () => {
  it('is cut to length 1, so no player runs faster than the others', () => {
    const play = new ArenaPlay({ state: touching(10) })
    play.send('b', 'steer', { dx: 3, dy: 4 })
    expect(play.player('b')).toMatchObject({ dx: 0.6, dy: 0.8 })
  })

  it.each([
    ['no number', { dx: 'x', dy: 0 }],
    ['what is not a number', { dx: Number.NaN, dy: 0 }],
    ['infinity', { dx: Number.POSITIVE_INFINITY, dy: 0 }],
  ])('is refused with %s', (_what, data) => {
    const play = new ArenaPlay({ state: touching(10) })
    expect(play.send('b', 'steer', data)).toMatchObject({ kind: 'refused', code: 'event_invalid' })
  })

  it('is refused to a client that only watches', () => {
    expect(new ArenaPlay().send('a', 'steer', { dx: 1, dy: 0 })).toMatchObject({ code: 'not_playing' })
  })
})

describe('a game', () => {
  it('is the same for the same seed and events, and another for another seed', () => {
    const nothing = (): void => {}
    const first = playAtRandom(7, nothing)
    expect(equalStates(playAtRandom(7, nothing).state, first.state)).toBe(true)
    expect(equalStates(playAtRandom(8, nothing).state, first.state)).toBe(false)
  })

  it('makes no version while no client plays', () => {
    const play = new ArenaPlay()
    play.steps(10)
    expect(play.machine.store.version).toBe(0)
  })
})
