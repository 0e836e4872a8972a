import { parseArgs } from 'node:util'
import { expect, it } from 'vitest'
import { argumentError } from '../src/argument-error.js'

const options = { name: { type: 'string', short: 'n' }, help: { type: 'boolean', short: 'h' } } as const

it.each([
  [['--nmae', 'ann'], 'There is no option --nmae; --help lists the options'],
  [['-x'], 'There is no option -x; --help lists the options'],
  [['--name'], '--name takes a value; see --help'],
  [['-n'], '--name takes a value; see --help'],
  [['--name', '--help'], '--name takes a value; see --help'],
  [['--help=yes'], '--help takes no value; see --help'],
])('%j is answered with a sentence', (args, words) => {
  let sentence: unknown
  try {
    parseArgs({ args, options })
  } catch (error) {
    sentence = (argumentError(error) as Error).message
  }
  expect(sentence).toBe(words)
})

it('leaves other errors as they are', () => {
  const other = new RangeError('something else')
  expect(argumentError(other)).toBe(other)
})
