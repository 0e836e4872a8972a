import { describe, expect, it } from 'vitest'
import {
  breakSeconds,
  damage,
  fullHealth,
  killsToWin,
  medHealth,
  pickupSeconds,
  roundSeconds,
  shotTicks,
  waitSeconds,
} from '../src/field.js'
import { arena } from '../src/game.js'
import { ranked } from '../src/rules/rounds.js'
import { ArenaPlay } from './arena-play.js'

/** Two players who see each other: Ada on the left, Bob 300 units to the right. */
function duel(): ArenaPlay {
  const play = new ArenaPlay().join('ada', 'bob')
  play.put('ada', { x: 300, y: 100, angle: 0 })
  play.put('bob', { x: 600, y: 100 })
  play.taken()
  return play
}

const right = { angle: 0 }

describe('a shot of the rifle', () => {
  it('takes 10 health, and sends an event to the attacker alone [P52]', () => {
    const play = duel()
    play.step(play.event('ada', 'shoot', right))
    expect(play.body('bob').health).toBe(fullHealth - 10)
    expect(damage).toBe(10)
    const hits = play.sent.filter(({ name }) => name === 'hit')
    expect(hits).toMatchObject([{ name: 'hit', to: 'ada', data: { whom: 'bob' } }])
  })

  it('hits what the shooter saw, and not what stands there now', () => {
    const play = duel()
    const seen = play.state
    play.put('bob', { y: 300 })
    play.stepSeeing(seen, play.event('ada', 'shoot', right, 1))
    expect(play.body('bob').health).toBe(fullHealth - damage)
    play.steps(shotTicks)
    play.step(play.event('ada', 'shoot', right))
    expect(play.body('bob').health).toBe(fullHealth - damage)
  })

  it('does not hit a player who has died and come back since', () => {
    const play = duel()
    const seen = play.state
    play.put('bob', { spawns: play.body('bob').spawns + 1 })
    play.stepSeeing(seen, play.event('ada', 'shoot', right, 1))
    expect(play.body('bob').health).toBe(fullHealth)
  })

  it('does not hit a player whom the screen did not show, so that it tells nothing of one', () => {
    const play = duel()
    play.put('ada', { x: 700, y: 500 })
    play.put('bob', { x: 900, y: 500 })
    const seen = play.state
    play.put('ada', { x: 900, y: 400 })
    play.stepSeeing(seen, play.event('ada', 'shoot', { angle: Math.PI / 2 }, 1))
    expect(play.body('bob').health).toBe(fullHealth)
  })

  it('does not go through a wall', () => {
    const play = duel()
    play.put('ada', { x: 700, y: 500 })
    play.put('bob', { x: 900, y: 500 })
    play.step(play.event('ada', 'shoot', right))
    expect(play.body('bob').health).toBe(fullHealth)
  })

  it('is rejected while the rifle is not ready; early ones are not faster in the end', () => {
    const play = duel()
    let shots = 0
    for (let tick = 0; tick < 10 * shotTicks; tick++) {
      const { outcomes } = play.step(play.event('ada', 'shoot', { angle: Math.PI }))
      if (outcomes[0]?.kind === 'done') shots++
      else expect(outcomes[0]).toMatchObject({ code: 'not_ready' })
    }
    expect(shots).toBeLessThanOrEqual(11)
    expect(shots).toBeGreaterThanOrEqual(10)
  })

  it('is seen by those who see one of its ends, and by no others', () => {
    const play = duel().join('eve')
    play.put('eve', { x: 900, y: 560 })
    play.step(play.event('ada', 'shoot', right))
    expect(play.sent.find(({ name }) => name === 'shot')?.to).toBe('ada')
    expect(play.sent.find(({ name }) => name === 'tracer')?.to).toEqual(['bob'])
  })

  it('is the same at a client that runs ahead and has but its view', () => {
    const play = duel()
    const shot = play.event('ada', 'shoot', right)
    const view = arena.view?.(play.state, 'ada') as typeof play.state
    const ahead = play.predict(view, shot)
    const there = play.step(shot)
    expect(ahead.outcomes).toEqual(there.outcomes)
    expect(ahead.dispatches).toEqual(there.dispatches)
    expect(ahead.state.bodies.get('bob')).toEqual(play.body('bob'))
  })
})

describe('orbs', () => {
  it('have the same ids at a client that runs ahead', () => {
    const play = duel()
    const launch = play.event('ada', 'launch', right)
    const ahead = play.predict(play.state, launch)
    play.step(launch)
    expect(play.state.orbs.size).toBe(3)
    expect([...ahead.state.orbs.keys()]).toEqual([...play.state.orbs.keys()])
  })

  it('take health of the first player in their way, and end there', () => {
    const play = duel()
    play.step(play.event('ada', 'launch', right))
    play.seconds(1)
    expect(play.body('bob').health).toBe(fullHealth - damage)
    play.seconds(2)
    expect(play.state.orbs.size).toBe(0)
  })

  it('do not fly through walls', () => {
    const play = duel()
    play.put('ada', { x: 700, y: 500 })
    play.put('bob', { x: 900, y: 500 })
    play.step(play.event('ada', 'launch', right))
    play.seconds(1)
    expect(play.body('bob').health).toBe(fullHealth)
  })

  it('run out', () => {
    const play = duel()
    play.put('ada', { volleys: 0 })
    expect(play.step(play.event('ada', 'launch', right)).outcomes[0]).toMatchObject({ code: 'no_orbs' })
  })
})

describe('a pick-up', () => {
  it('heals, is gone for all, and comes back', () => {
    const play = duel()
    const { x, y } = play.state.pickups.get(0)!
    play.put('ada', { x, y, health: 30 })
    play.put('bob', { x, y })
    const { outcomes } = play.step(play.event('ada', 'take', { id: 0 }), play.event('bob', 'take', { id: 0 }))
    expect(outcomes).toMatchObject([{ kind: 'done' }, { code: 'gone' }])
    expect(play.body('ada').health).toBe(30 + medHealth)
    expect(play.sent.filter(({ name }) => name === 'taken')).toMatchObject([{ to: 'ada' }])
    play.seconds(pickupSeconds + 0.1)
    expect(play.state.pickups.get(0)?.isThere).toBe(true)
  })

  it('is taken by nobody who is not there', () => {
    const play = duel()
    expect(play.step(play.event('ada', 'take', { id: 1 })).outcomes[0]).toMatchObject({ code: 'too_far' })
    expect(play.step(play.event('ada', 'take', { id: 77 })).outcomes[0]).toMatchObject({ code: 'gone' })
  })
})

describe('a death', () => {
  it('counts for both, waits, and comes back elsewhere', () => {
    const play = duel()
    play.put('bob', { health: damage })
    play.step(play.event('ada', 'shoot', right))
    expect(play.taken()).toEqual(['shot', 'hit', 'tracer', 'killed'])
    expect(play.body('bob')).toMatchObject({ waits: true, health: fullHealth })
    expect(play.state.scores.get('ada')).toMatchObject({ kills: 1, deaths: 0 })
    expect(play.state.scores.get('bob')).toMatchObject({ kills: 0, deaths: 1 })
    expect(play.step(play.event('bob', 'shoot', right)).outcomes[0]).toMatchObject({ code: 'not_playing' })
    play.seconds(waitSeconds)
    expect(play.body('bob').waits).toBe(false)
  })

  it('is left to the server by a client that runs ahead', () => {
    const play = duel()
    play.put('bob', { health: damage })
    const ahead = play.predict(play.state, play.event('ada', 'shoot', right))
    expect(ahead.state.bodies.get('bob')).toMatchObject({ health: 0, x: 600, y: 100 })
    expect(ahead.dispatches.map(({ name }) => name)).toEqual(['shot', 'hit', 'tracer'])
  })

  it('by a player who has left counts for nobody', () => {
    const play = duel()
    play.put('ada', { x: 500 })
    play.put('bob', { health: damage })
    play.step(play.event('ada', 'launch', right))
    play.leave('ada')
    play.seconds(0.5)
    expect(play.sent.find(({ name }) => name === 'killed')?.data).toEqual({ by: '', whom: 'bob' })
  })
})

describe('a round', () => {
  it('ends by enough kills; after the break all begin anew', () => {
    const play = duel()
    play.change((state) => void Object.assign(state.scores.edit('ada'), { kills: killsToWin - 1 }))
    play.put('bob', { health: damage })
    play.step(play.event('ada', 'shoot', right))
    expect(play.state).toMatchObject({ phase: 'break', winner: 'ada', round: 1 })
    play.seconds(waitSeconds)
    expect(play.step(play.event('ada', 'shoot', right)).outcomes[0]).toMatchObject({ code: 'round_over' })
    play.seconds(breakSeconds)
    expect(play.state).toMatchObject({ phase: 'play', winner: 'ada', round: 2 })
    expect(ranked(play.state.scores).map(([, { kills }]) => kills)).toEqual([0, 0])
  })

  it('ends by its time, without a winner if nobody has a kill', () => {
    const play = duel()
    play.seconds(roundSeconds)
    expect(play.state).toMatchObject({ phase: 'break', winner: '' })
  })
})

describe('what a client is sent', () => {
  it('has no player behind a wall, and no orb', () => {
    const play = duel()
    play.put('ada', { x: 700, y: 500 })
    play.put('bob', { x: 900, y: 500 })
    play.step(play.event('bob', 'launch', { angle: 0 }))
    const ofAda = arena.view!(play.state, 'ada')
    expect([...ofAda.bodies.keys()]).toEqual(['ada'])
    expect(ofAda.orbs.size).toBe(0)
    expect(ofAda.scores.size).toBe(2)
    play.put('bob', { x: 700, y: 400 })
    expect(arena.view!(play.state, 'ada').bodies.size).toBe(2)
  })

  it('has nobody who waits, and for a stranger nobody at all', () => {
    const play = duel()
    play.put('bob', { waits: true })
    expect(arena.view!(play.state, 'ada').bodies.size).toBe(1)
    expect(arena.view!(play.state, 'bob').bodies.size).toBe(2)
    expect(arena.view!(play.state, 'eve').bodies.size).toBe(0)
  })
})

describe('names', () => {
  it('are of one line, and different', () => {
    const play = new ArenaPlay()
    const join = (id: string, name: string) =>
      play.step({ kind: 'join', client: { id, userId: undefined, name: undefined, isHost: false, data: { name } } })
    join('a', ' Ada\n\u202e ')
    join('b', 'ada')
    join('c', '\u200b')
    expect([...play.state.scores.values()].map(({ name }) => name)).toEqual(['Ada', 'ada 2', 'Player'])
    expect(new Set([...play.state.scores.values()].map(({ colour }) => colour)).size).toBe(3)
  })
})

it('a disc runs until a wall stops it', () => {
  const play = duel()
  play.put('ada', { x: 600, y: 500 })
  play.step(play.event('ada', 'steer', { dx: 9, dy: 0 }))
  play.seconds(2)
  const { x, y } = play.body('ada')
  expect(Math.abs(x - 718)).toBeLessThan(0.5)
  expect(y).toBe(500)
})
