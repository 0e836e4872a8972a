import { describe, expect, test } from 'vitest'
import { boolean, duration, integer, list, Secret, type Setting, secret, text } from '../../src/config/index.js'

const kinds: [what: string, setting: Setting<unknown>, right: [given: unknown, value: unknown][], wrong: unknown[]][] =
  [
    ['text', text(), [['a b', 'a b']], ['', 7, null, true, ['a']]],
    [
      'text like a pattern',
      text({ pattern: /^[a-z]+$/g }),
      [
        ['abc', 'abc'],
        ['b', 'b'],
      ],
      ['Abc', 'a1'],
    ],
    [
      'integer',
      integer({ min: 0, max: 65_535 }),
      [
        ['8080', 8080],
        ['0', 0],
        ['+5', 5],
        ['007', 7],
        [65_535, 65_535],
      ],
      ['eighty', '80.5', '1e3', '0x50', ' 80', '-1', '65536', 80.5, -1, true, null, '9'.repeat(400), Number.NaN],
    ],
    [
      'integer of any size',
      integer(),
      [
        ['-5', -5],
        [`${2 ** 53 - 1}`, 2 ** 53 - 1],
      ],
      [`${2 ** 53}`],
    ],
    [
      'boolean',
      boolean(),
      [
        ...['False', 'false', '0', 'no', 'NO', 'off', false, 0].map((given): [unknown, boolean] => [given, false]),
        ...['True', 'true', '1', 'yes', 'Yes', 'on', true, 1].map((given): [unknown, boolean] => [given, true]),
      ],
      ['', 'maybe', '2', 2, null, [], ['yes'], 'constructor', '__proto__'],
    ],
    [
      'list',
      list(),
      [
        ['a', ['a']],
        ['a, b,c', ['a', 'b', 'c']],
        [
          ['a', 'b,c'],
          ['a', 'b,c'],
        ],
        [[], []],
      ],
      ['a,,b', ',', [7], [''], {}, 7],
    ],
    [
      'duration',
      duration({ minMs: 100, maxMs: 60_000 }),
      [
        ['250 ms', 250],
        ['1 min', 60_000],
        ['100ms', 100],
      ],
      ['99 ms', '61 s', '10', 10_000, '0'],
    ],
  ]

describe.each(kinds)('a setting of kind %s', (_, setting, right, wrong) => {
  test.each(right)('takes %j for %j [G12]', (given, value) => {
    expect(setting.read(given)).toEqual(value)
  })

  test.each(wrong.map((given) => [given]))('does not take %j [G12]', (given) => {
    expect(setting.read(given)).toBe(undefined)
  })
})

test('a secret is taken from its length on, and says that it is one [G12]', () => {
  const setting = secret({ minLength: 4 })
  const value = setting.read('abcd')
  expect([value instanceof Secret, value?.reveal(), setting.isSecret]).toEqual([true, 'abcd', true])
  expect([setting.read('abc'), setting.read(1234)]).toEqual([undefined, undefined])
})
