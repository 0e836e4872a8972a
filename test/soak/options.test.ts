import { expect, test } from 'vitest'
import { parseSoakOptions, parts, soakHelp } from './options.js'

test('without options all parts run, for ten minutes and with a fresh seed', () => {
  const { seed, ...rest } = parseSoakOptions([], {})
  expect(rest).toEqual({
    parts,
    minutes: 10,
    rooms: Number.POSITIVE_INFINITY,
    carrier: undefined,
    clients: 1000,
    cycles: 50_000,
    help: false,
  })
  expect(seed).not.toBe(parseSoakOptions([], {}).seed)
})

test('options say which part, how long, how much and from which seed', () => {
  const args = '--only rooms --minutes 0.5 --rooms 1 --carrier datagrams --seed 7 --clients 5 --cycles 6'.split(' ')
  expect(parseSoakOptions(args, { SEED: '9' })).toEqual({
    parts: ['rooms'],
    minutes: 0.5,
    rooms: 1,
    carrier: 'datagrams',
    seed: 7,
    clients: 5,
    cycles: 6,
    help: false,
  })
})

test('the seed may be in the environment', () => {
  expect(parseSoakOptions([], { SEED: '9' }).seed).toBe(9)
})

test.each([
  ['--minutes', 'many'],
  ['--seed', '-1'],
  ['--only', 'nothing'],
  ['--carrier', 'pigeons'],
  ['--speed', '9'],
])('%s %s is refused', (...args) => {
  expect(() => parseSoakOptions(args, {})).toThrow()
})

test.each(parts)('the help explains %s', (part) => {
  expect(soakHelp).toMatch(new RegExp(`^${part} +\\w+`, 'm'))
})
