import { expect, it } from 'vitest'
import { placeWords, Sights } from '../../src/client/sights.js'
import { WorldPlay } from '../world-play.js'

it('turns each change into a line, once', () => {
  const play = new WorldPlay()
  const sights = new Sights()
  const look = () => sights.look(play.machine.store.state.players)
  expect(look()).toEqual([])
  play.enter('a', 'foo', [1, 2, 3])
  expect(look()).toEqual(['+ foo is here, at 1,2,3'])
  expect(look()).toEqual([])
  play.send('a', 'idl')
  expect(look()).toEqual([])
  play.send('a', 'mov', { x: 1, y: 2, z: 0 })
  expect(look()).toEqual(['  foo walks to 1,2,0'])
  play.steps(2)
  expect(look()).toEqual([])
  play.steps(5)
  expect(look()).toEqual(['  foo is at 1,2,0'])
  play.leave('a')
  expect(look()).toEqual(['- foo is gone'])
})

it('has a line for a player who is on the way at first, and for a way too short to be seen', () => {
  const play = new WorldPlay()
  play.enter('a', 'foo')
  play.send('a', 'mov', { x: 10, y: 0, z: 0 })
  const sights = new Sights()
  expect(sights.look(play.machine.store.state.players)).toEqual(['+ foo is here, at 0.5,0,0, walking to 10,0,0'])
  play.steps(30)
  sights.look(play.machine.store.state.players)
  play.send('a', 'mov', { x: 10, y: 0, z: 0.1 })
  expect(sights.look(play.machine.store.state.players)).toEqual(['  foo is at 10,0,0.1'])
})

it.each([
  [{ x: 0, y: -0, z: 10 }, '0,0,10'],
  [{ x: 0.1 + 0.2, y: -2.5, z: -0.0001 }, '0.3,-2.5,0'],
])('%j is written %s', (place, words) => {
  expect(placeWords(place)).toBe(words)
})
