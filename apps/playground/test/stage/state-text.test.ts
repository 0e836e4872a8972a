import { EntityMap } from '@tygase/gamestate'
import { expect, it } from 'vitest'
import { textOfState } from '../../src/stage/state-text.js'

it('a state becomes JSON: maps with their rows, bytes with their number, places with three digits', () => {
  const players = new EntityMap<{ x: number }>().set('a', { x: 1.23456 })
  const state = { players, list: [1, null, 'x'], bytes: new Uint8Array(3) }
  expect(JSON.parse(textOfState(state))).toEqual({
    players: { EntityMap: { a: { x: 1.235 } } },
    list: [1, null, 'x'],
    bytes: '3 bytes',
  })
})

it('a state that is too large is not shown', () => {
  expect(JSON.parse(textOfState({ text: 'x'.repeat(100_000) }))).toContain('too large')
})
