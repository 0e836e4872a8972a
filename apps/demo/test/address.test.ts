import { describe, expect, it } from 'vitest'
import { gameUrl } from '../src/address.js'

describe('gameUrl', () => {
  it.each([
    ['localhost:8080', 'ws://localhost:8080/play'],
    ['http://localhost:8080', 'ws://localhost:8080/play'],
    ['http://localhost:8080/?name=Ada#top', 'ws://localhost:8080/play'],
    ['https://tag.example', 'wss://tag.example/play'],
    ['ws://localhost:1/other', 'ws://localhost:1/other'],
    ['', undefined],
    ['ftp://localhost', undefined],
    ['ws://', undefined],
  ])('makes of %j %j', (typed, expected) => {
    expect(gameUrl(typed)).toBe(expected)
  })
})
