import { EntityMap, makeTick } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { game, type Player } from '../src/game.js'

it('a player who runs and jumps for the stars has some, and another one sees it, over the network of a phone', async () => {
  const client = { game, data: { name: 'Ada' } }
  const simulation = await simulate({ game, clients: 2, seed: 1, link: links.mobile, client })
  const [ada, bob] = simulation.clients.map(({ connection }) => connection)
  const id = ada!.clientId
  await simulation.step(3000)
  const ground = ada!.state.players.get(id)!
  expect(ground.isGrounded).toBe(true)
  let highest = ground.y
  for (let turns = 0; turns < 400 && ada!.state.players.get(id)!.stars === 0; turns++) {
    const { x, y } = ada!.state.players.get(id)!
    const away = (star: { x: number; y: number }): number => Math.abs(star.x - x) + 2 * Math.abs(star.y - y)
    const [star] = [...ada!.state.stars.values()].sort((a, b) => away(a) - away(b))
    if (star !== undefined) {
      ada!.dispatchEvent('run', { direction: Math.abs(star.x - x) < 20 ? 0 : star.x < x ? -1 : 1 })
      if (star.y < y - 50) ada!.dispatchEvent('jump')
    }
    await simulation.step(300)
    highest = Math.min(highest, ada!.state.players.get(id)!.y)
  }
  expect(highest).toBeLessThan(ground.y)
  expect(ada!.state.players.get(id)!.stars).toBeGreaterThan(0)
  await simulation.step(2000)
  expect(bob!.state.players.get(id)!.stars).toBe(ada!.state.players.get(id)!.stars)
  await simulation.end()
})

it('a player who falls on the head of another one takes a star', () => {
  const standing = {
    ...{ name: 'Bob', hue: 0, x: 800, y: 800, vx: 0, vy: 0, direction: 0 },
    ...{ isGrounded: true, mayJumpInAir: true, stars: 3, stunnedUntil: 0 },
  }
  const falling = { ...standing, name: 'Ada', y: 740, vy: 500, isGrounded: false }
  const players = new EntityMap<Player>([
    ['ada', falling],
    ['bob', standing],
  ])
  const { state, dispatches } = makeTick(game, { ...game.initialState(), players }, [], { tick: 1, seed: 1 })
  expect(state.players.get('ada')).toMatchObject({ stars: 4, isGrounded: false })
  expect(state.players.get('ada')!.vy).toBeLessThan(0)
  expect(state.players.get('bob')!.stars).toBe(2)
  expect(state.players.get('bob')!.stunnedUntil).toBeGreaterThan(0)
  expect(dispatches.map(({ name }) => name)).toEqual(['stomped'])
})
