import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { arena, tickRate } from '../../src/arena.js'
import { decide, drawTemper, type Sight, type Temper } from '../../src/bots/brain.js'
import { see } from '../../src/bots/sight.js'
import type { Tag } from '../../src/game.js'
import { ArenaPlay, disc, seeded } from '../arena-play.js'

const temper: Temper = { zeal: 0.9, pace: 0.8, fear: 400, turn: 1 }
const middle = { x: arena.width / 2, y: arena.height / 2 }

function sight(more: Partial<Sight>): Sight {
  return { self: middle, isIt: false, it: undefined, others: [], prey: more.others ?? [], protection: 0, ...more }
}

/** A game of bots. @returns the number of tags, and of bots that have tagged */
function playBots(seed: number, count: number, seconds: number) {
  const play = new ArenaPlay({ seed })
  const random = seeded(seed)
  const bots = Array.from({ length: count }, (_, index) => ({ id: `bot${index}`, temper: drawTemper(random) }))
  for (const { id } of bots) play.send(id, 'join', { name: id })
  for (let step = 0; step < seconds * tickRate; step++) {
    // a bot of the demo decides as often
    if (step % 3 === 0) {
      for (const bot of bots) {
        const seen = see(play.state, play.time, bot.id)
        if (seen === undefined) throw new Error(`${bot.id} is not in the game`)
        play.push(bot.id, 'steer', decide(seen, bot.temper, random))
      }
    }
    play.machine.step()
  }
  const tags = [...play.state.players.values()].map((player) => player.tags)
  return { tags: tags.reduce((sum, each) => sum + each, 0), taggers: tags.filter((each) => each > 0).length }
}

describe('decide', () => {
  it('hunts the nearest as it', () => {
    const near = { x: middle.x + 100, y: middle.y }
    const far = { x: middle.x - 300, y: middle.y }
    const { dx, dy } = decide(sight({ isIt: true, others: [far, near] }), temper, seeded(1))
    expect(dx).toBeCloseTo(temper.zeal)
    expect(dy).toBeCloseTo(0)
  })

  it('runs from it when it is near', () => {
    const it = { x: middle.x + 100, y: middle.y }
    expect(decide(sight({ it, others: [it] }), temper, seeded(1)).dx).toBeLessThan(-0.7)
  })

  it('does not mind it when it is far', () => {
    const it = { x: middle.x + 600, y: middle.y }
    const { dx, dy } = decide(sight({ it, others: [it] }), temper, seeded(1))
    expect(Math.hypot(dx, dy)).toBeLessThan(0.6)
  })

  it('slips out of a corner instead of standing in it', () => {
    const self = { x: arena.radius, y: arena.radius }
    const it = { x: self.x + 120, y: self.y + 120 }
    const { dx, dy } = decide(sight({ self, it, others: [it] }), temper, seeded(1))
    expect(Math.hypot(dx, dy)).toBeCloseTo(temper.pace)
    expect(Math.max(dx, dy)).toBeGreaterThan(0)
  })

  it('stands still as it if there is no other disc', () => {
    expect(decide(sight({ isIt: true }), temper, seeded(1))).toEqual({ dx: 0, dy: 0 })
  })

  it('gives vectors no longer than 1, whatever it sees', () => {
    const random = seeded(5)
    const spot = () => ({ x: random() * arena.width, y: random() * arena.height })
    for (let time = 0; time < 2000; time++) {
      const others = Array.from({ length: Math.floor(random() * 5) }, spot)
      const seen = sight({ self: spot(), isIt: random() < 0.3, it: others[0], others, protection: random() * 3 })
      const { dx, dy } = decide(seen, drawTemper(random), random)
      expect(Math.hypot(dx, dy)).toBeLessThanOrEqual(1 + 1e-9)
    }
  })

  it('decides the same for the same stream', () => {
    const seen = sight({ others: [{ x: 10, y: 10 }] })
    expect(decide(seen, temper, seeded(4))).toEqual(decide(seen, temper, seeded(4)))
  })
})

describe('a game of bots', () => {
  it.each([1, 2, 3, 4])('goes on: it is passed on again and again, by most of them (seed %i)', (seed) => {
    const { tags, taggers } = playBots(seed, 6, 120)
    expect(tags).toBeGreaterThan(8)
    expect(tags).toBeLessThan(40)
    expect(taggers).toBeGreaterThan(3)
  })
})

describe('see', () => {
  it('is nothing for who does not play, and counts the protection down', () => {
    const play = new ArenaPlay()
    expect(see(play.state, 0, 'a')).toBeUndefined()
    play.send('a', 'join', { name: 'a' })
    play.send('b', 'join', { name: 'b' })
    const seen = see(play.state, play.time, 'b')
    expect(seen).toMatchObject({ isIt: false, it: play.player('a') })
    expect(seen?.protection).toBeCloseTo(3 - 1 / tickRate)
  })

  it('does not hunt the disc that has just tagged the bot, unless there is no other', () => {
    const rows = (...ids: string[]) => new EntityMap(ids.map((id, index) => [id, disc(index, 0)] as const))
    const store = (...ids: string[]) =>
      new GameStateStore<Tag>({
        players: rows(...ids),
        it: 'a',
        taggedBy: 'b',
        protectedUntil: 0,
        itRestsSince: Number.POSITIVE_INFINITY,
      }).state
    expect(see(store('a', 'b', 'c'), 0, 'a')?.prey).toEqual([disc(2, 0)])
    expect(see(store('a', 'b'), 0, 'a')?.prey).toEqual([disc(1, 0)])
  })
})
