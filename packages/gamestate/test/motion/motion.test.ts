import { describe, expect, test } from 'vitest'
import { defineGame, EntityMap } from '../../src/index.js'

interface Player {
  name: string
  x: number
  turn: number
  shield?: number
}

interface State {
  phase: string
  players: EntityMap<Player, number>
  trail: { x: number }[]
  doors: Record<string, { angle: number; open: boolean }>
  ball: { x: number; y: number } | null
}

const initialState = (): State => ({
  phase: 'lobby',
  players: new EntityMap<Player, number>(),
  trail: [],
  doors: {},
  ball: null,
})

const wrong = (motion: unknown): unknown => defineGame({ initialState, motion: motion as never })

describe('the motion of a game', () => {
  test('names the numbers of maps, lists, records and single rows', () => {
    const { motion } = defineGame({
      initialState,
      motion: {
        players: {
          fields: { x: 'linear', turn: 'angle', shield: { period: 4 } },
          cut: (from, to) => Math.abs(from.x - to.x) > 100,
          ahead: (row, id, clientId) => row.name === clientId || id === 1,
        },
        trail: { fields: { x: 'linear' }, ahead: (_row, id) => id === 0 },
        doors: { fields: { angle: 'angle' }, ahead: (row, id) => row.open && id.length > 2 },
        ball: { fields: { x: 'linear', y: 'linear' }, ahead: true },
      },
    })
    expect(motion?.parts.map(({ key }) => key)).toEqual(['players', 'trail', 'doors', 'ball'])
    expect(motion?.parts[0]?.periods).toEqual([0, 2 * Math.PI, 4])
    expect(defineGame({ initialState }).motion).toBeUndefined()
  })

  test.each([
    [4, 'motion is an object'],
    [{ players: 'linear' }, 'motion of players is an object with fields'],
    [{ players: { fields: {} } }, 'motion of players names at least one field'],
    [{ players: {} }, 'motion of players names at least one field'],
    [{ players: { fields: { x: 'cubic' } } }, "has for x neither 'linear' nor 'angle' nor { period } above 0"],
    [{ players: { fields: { x: { period: 0 } } } }, 'has for x neither'],
    [{ players: { fields: { x: { period: Number.NaN } } } }, 'has for x neither'],
    [{ players: { fields: { x: { period: 4, from: 0 } } } }, 'has for x neither'],
    [{ players: { fields: { x: 'linear' }, cuts: () => true } }, "has no option 'cuts': there are fields, cut, ahead"],
    [{ players: { fields: { x: 'linear' }, cut: true } }, 'has a cut that is no function'],
    [{ players: { fields: { x: 'linear' }, ahead: 'me' } }, 'has an ahead that is neither'],
  ])('%j is refused', (motion, message) => {
    expect(() => wrong(motion)).toThrow(
      expect.objectContaining({ code: 'invalid_game', message: expect.stringContaining(message) }),
    )
  })

  test('is typed by the state', () => {
    // @ts-expect-error a name is no number
    defineGame({ initialState, motion: { players: { fields: { name: 'linear' } } } })
    // @ts-expect-error there are no lions
    expect(() => defineGame({ initialState, motion: { lions: { fields: { x: 'linear' } } } })).not.toThrow()
    // @ts-expect-error a text has no rows
    expect(() => defineGame({ initialState, motion: { phase: { fields: { length: 'linear' } } } })).not.toThrow()
  })
})
