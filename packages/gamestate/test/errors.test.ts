import { describe, expect, test } from 'vitest'
import { GameStateError, gameStateErrorCodes, TygaseError } from '../src/index.js'

describe('errors', () => {
  test('are errors of their package, on one base, with a code and a message', () => {
    const error = new GameStateError('invalid_value', 'players.p1: bad')
    expect(error).toBeInstanceOf(TygaseError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'GameStateError', code: 'invalid_value', message: 'players.p1: bad' })
    expect(String(error)).toBe('GameStateError: players.p1: bad')
  })

  test('may carry what caused them', () => {
    const cause = new Error('inner')
    expect(new TygaseError('x', 'outer', { cause }).cause).toBe(cause)
  })

  test('have codes that are lower-case words, each listed once', () => {
    expect(new Set(gameStateErrorCodes).size).toBe(gameStateErrorCodes.length)
    for (const code of gameStateErrorCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  })
})
