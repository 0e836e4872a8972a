import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { frameOf } from '../../src/browser/frame.js'
import { type Tag, tag } from '../../src/game.js'
import { disc } from '../arena-play.js'

function state(players: Tag['players'], protectedUntil = 0) {
  return new GameStateStore<Tag>({ ...tag.initialState(), players, it: 'a', protectedUntil }).state
}

describe('frameOf', () => {
  it('has a disc for each player, and marks the one that is it', () => {
    const players = new EntityMap([
      ['a', disc(100, 200)],
      ['b', disc(300, 400, { name: 'Bob', colour: 3 })],
    ])
    expect(frameOf(state(players), 0).discs).toMatchObject([
      { clientId: 'a', isIt: true, x: 100, y: 200 },
      { clientId: 'b', isIt: false, x: 300, y: 400, name: 'Bob', colour: 3 },
    ])
  })

  it.each([
    [8, 2],
    [10, 0],
    [12, 0],
  ])('has at second %d a protection of %d seconds left', (time, left) => {
    expect(frameOf(state(new EntityMap([['a', disc(1, 1)]]), 10), time).protection).toBe(left)
  })
})

describe('between two versions, the scene', () => {
  const from = state(new EntityMap([['a', disc(100, 100, { vx: 300 })]]))

  it('has a disc on its way', () => {
    const to = state(new EntityMap([['a', disc(140, 100, { vx: 340 })]]))
    const scene = tag.motion!.blend(from, to, 0.25)
    expect(frameOf(scene, 0).discs).toMatchObject([{ x: 110, y: 100, vx: 310 }])
  })

  it('does not draw a way that is too long for a run', () => {
    const to = state(new EntityMap([['a', disc(900, 100)]]))
    expect(frameOf(tag.motion!.blend(from, to, 0.5), 0).discs[0]?.x).toBe(100)
  })
})
