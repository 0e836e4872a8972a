import { describe, expect, it } from 'vitest'
import { nearestWord } from '../src/nearest-word.js'

describe('nearestWord', () => {
  it.each([
    ['help', 'help'],
    ['hlp', 'help'],
    ['hel', 'help'],
    ['pbulish', 'publish'],
    ['wlecoem', 'welcome'],
    ['', undefined],
    ['xyzzy', undefined],
  ])('of %j is %j', (typed, near) => {
    expect(nearestWord(typed, ['help', 'publish', 'welcome'])).toBe(near)
  })
})
