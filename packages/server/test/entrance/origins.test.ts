import { expect, test } from 'vitest'
import { originCheck } from '../../src/entrance/http-answers.js'

const list = ['https://game.example', 'HTTP://Localhost:8080/']

test.each([
  ['https://game.example', true],
  ['http://localhost:8080', true],
  [undefined, true],
  ['https://game.example.evil.example', false],
  ['https://evil.example', false],
  ['http://game.example', false],
  ['https://game.example:8443', false],
  ['https://game.example, https://evil.example', false],
  ['null', false],
  ['', false],
])('with a list, %j is let in: %s', (origin, isAllowed) => {
  expect(originCheck(list)(origin)).toBe(isAllowed)
})

test('without a list everybody is let in', () => {
  expect(originCheck(undefined)('https://evil.example')).toBe(true)
})

test('with an empty list no web page is', () => {
  expect(originCheck([])('https://game.example')).toBe(false)
})

test('a function decides by itself, also of requests without an origin, and only true lets in', () => {
  const asked: (string | undefined)[] = []
  const check = originCheck((origin) => {
    asked.push(origin)
    return origin === 'https://a.example' || (1 as unknown as boolean)
  })
  expect([check('https://a.example'), check(undefined)]).toEqual([true, false])
  expect(asked).toEqual(['https://a.example', undefined])
})

test.each(['game.example', 'https://game.example/play', '*', 'null', 'data:x', ''])(
  'an entry %j that can match no origin throws invalid_argument',
  (entry) => {
    expect(() => originCheck([entry])).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)
