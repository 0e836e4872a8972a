import { describe, expect, test, vi } from 'vitest'
import { EntityMap, GameStateStore, type Immutable } from '../src/index.js'
import { Views } from '../src/internal.js'

interface Hand {
  cards: string[]
}
interface Table {
  turn: string
  hands: EntityMap<Hand>
}

function tableOf(turn: string): Immutable<Table> {
  const hands = new EntityMap<Hand>([
    ['ann', { cards: ['2♥', '9♠'] }],
    ['bob', { cards: ['K♦'] }],
  ])
  return new GameStateStore<Table>({ turn, hands }).state
}

const ownHand = (state: Immutable<Table>, clientId: string): Immutable<Table> => ({
  ...state,
  hands: state.hands.filter((_, id) => id === clientId),
})

describe('views', () => {
  test('are made once for a version and a key, and are frozen', () => {
    const view = vi.fn(ownHand)
    const views = new Views(view)
    const state = tableOf('ann')
    const own = views.of(state, 'ann', views.keyOf(state, 'ann'))
    expect(views.of(state, 'ann', views.keyOf(state, 'ann'))).toBe(own)
    expect(view).toHaveBeenCalledTimes(1)
    expect(Object.isFrozen(own)).toBe(true)
    expect([...own.hands.keys()]).toEqual(['ann'])
    const other = views.of(state, 'bob', views.keyOf(state, 'bob'))
    expect([...other.hands.keys()]).toEqual(['bob'])
  })

  test('are shared by clients with the same key', () => {
    const views = new Views<Table>(
      (state) => ({ ...state, turn: 'anyone' }),
      () => 'team',
    )
    const state = tableOf('ann')
    expect(views.keyOf(state, 'ann')).toBe(views.keyOf(state, 'bob'))
    expect(views.of(state, 'bob', 'team')).toBe(views.of(state, 'ann', 'team'))
  })

  test('share with the version what they leave as it is', () => {
    const state = tableOf('ann')
    const view = new Views<Table>((whole) => ({ ...whole })).of(state, 'ann', 'ann')
    expect(view.hands).toBe(state.hands)
  })

  test.each<[string, unknown, string]>([
    ['a function in it', { turn: () => 1, hands: new EntityMap() }, 'turn'],
    ['nothing', undefined, 'view'],
    ['a text', 'all', 'view'],
  ])('are refused with %s', (_, made, path) => {
    const views = new Views<Table>(() => made as Immutable<Table>)
    expect(() => views.of(tableOf('ann'), 'ann', 'ann')).toThrow(
      expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(path) }),
    )
  })

  test('need a text as their key', () => {
    const views = new Views<Table>(ownHand, () => 7 as unknown as string)
    expect(() => views.keyOf(tableOf('ann'), 'ann')).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })
})
