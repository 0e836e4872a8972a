import { expect, it } from 'vitest'
import { noticeOf } from '../../src/browser/hud/hud.js'
import { ArenaPlay } from '../arena-play.js'

it('the page says who wins, when it goes on, and that one is out', () => {
  const play = new ArenaPlay().join('ada', 'bob')
  expect(noticeOf(play.state, 'ada', 1)).toBe('')
  play.put('ada', { waits: true, backAt: 3 })
  expect(noticeOf(play.state, 'ada', 1.2)).toBe('You are out\nBack in 2')
  play.change((state) => void Object.assign(state, { phase: 'break', winner: 'bob', endsAt: 9 }))
  expect(noticeOf(play.state, 'ada', 1)).toBe('bob wins\nNext round in 8')
  expect(noticeOf(play.state, 'bob', 1)).toBe('You win\nNext round in 8')
  play.change((state) => void Object.assign(state, { winner: '' }))
  expect(noticeOf(play.state, 'bob', 1)).toBe('Nobody wins\nNext round in 8')
})
