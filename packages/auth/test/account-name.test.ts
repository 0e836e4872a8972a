import { expect, test } from 'vitest'
import { checkedUserIdOf, userIdOf } from '../src/account-name.js'

test.each([
  ['ada', 'ada'],
  ['Ada', 'ada'],
  ['A.d_a-1', 'a.d_a-1'],
  ['7of9', '7of9'],
  ['Ärger', 'ärger'],
  ['A\u0308rger', 'ärger'],
  ['ＡＤＡ', 'ada'],
  ['Ωμέγα', 'ωμέγα'],
  ['हिन्दी', 'हिन्दी'],
  ['x'.repeat(32), 'x'.repeat(32)],
])('%s is a name, its user id is %s', (name, userId) => {
  expect(userIdOf(name)).toBe(userId)
  // what it is folded to is folded to itself
  expect(userIdOf(userId)).toBe(userId)
})

test.each([
  '',
  '../x',
  '..',
  '.x',
  '-x',
  '_x',
  'a/b',
  'a\\b',
  'a b',
  'a\nb',
  'a\u0000',
  'a,b',
  'a;b',
  '<b>',
  'a\u202eb',
  'a\u200b',
  '😀',
  '\ud800',
  '\u0301a',
  'x'.repeat(33),
  'x'.repeat(100_000),
  'ﷺ'.repeat(8),
])('%j is no name [R14]', (name) => {
  expect(userIdOf(name)).toBe(undefined)
  expect(() => checkedUserIdOf(name)).toThrow(expect.objectContaining({ name: 'AuthError', code: 'name_invalid' }))
})

test('what is no text is no name', () => {
  for (const name of [undefined, null, 7, ['a']]) expect(userIdOf(name as never)).toBe(undefined)
})
