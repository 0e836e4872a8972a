import { expect, test } from 'vitest'
import { fuzzHelp, parseFuzzOptions } from './options.js'
import { targetNamed, targets } from './targets.js'

test('without options, a million inputs go to all targets with a fresh seed', () => {
  const { inputs, target, seed } = parseFuzzOptions([])
  expect([inputs, target]).toEqual([1_000_000, undefined])
  expect(seed).not.toBe(parseFuzzOptions([]).seed)
})

test('options say how many, which and from which seed', () => {
  const options = parseFuzzOptions(['--inputs', '5000', '--seed', '7', '--target', 'delta', '--found', 'here'])
  expect(options).toEqual({ inputs: 5000, seed: 7, target: 'delta', foundFolder: 'here', help: false })
})

test.each([
  ['--inputs', 'many'],
  ['--seed', '-1'],
  ['--speed', '9'],
])('%s %s is refused', (...args) => {
  expect(() => parseFuzzOptions(args)).toThrow()
})

test('a target that there is not is refused with those that there are, which the help explains', () => {
  expect(() => targetNamed('pocket')).toThrow(/"pocket".*packet, hello/)
  for (const { name, about } of targets) expect(fuzzHelp(targets)).toMatch(new RegExp(`${name} +${about.slice(0, 12)}`))
})
