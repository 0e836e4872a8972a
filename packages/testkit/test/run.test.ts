import { cwd } from 'node:process'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkWholeNumbers, repeatCommand, seedOfRun } from '../src/run.js'

afterEach(() => vi.unstubAllEnvs())

describe('the seed of a run', () => {
  it('is fresh, and the same for the whole process', () => {
    vi.stubEnv('SEED', undefined)
    const seed = seedOfRun()
    expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true)
    expect(seedOfRun()).toBe(seed)
  })

  it('is the variable SEED if it is set', () => {
    vi.stubEnv('SEED', '1234')
    expect(seedOfRun()).toBe(1234)
  })

  it.each(['', 'abc', '-1', '1.5', '1e99'])('is not %j', (text) => {
    vi.stubEnv('SEED', text)
    expect(() => seedOfRun()).toThrow('SEED is a whole number from 0')
  })
})

const here = cwd()

const table: [what: string, stack: string | undefined, command: string][] = [
  ['no stack', undefined, 'npx vitest run'],
  ['a stack without a test', `Error\n    at run (${here}/src/a.ts:1:2)`, 'npx vitest run'],
  ['a function in a test', `Error\n    at run (${here}/test/a.test.ts:1:2)`, 'npx vitest run test/a.test.ts'],
  ['the test itself', `Error\n    at ${here}/test/a.spec.js:1:2`, 'npx vitest run test/a.spec.js'],
  ['a URL', `Error\n    at run (file://${here}/test/a.test.mts:1:2)`, 'npx vitest run test/a.test.mts'],
  ['a file elsewhere', 'Error\n    at run (/elsewhere/a.test.ts:1:2)', 'npx vitest run /elsewhere/a.test.ts'],
  [
    'the first of several',
    `Error\n    at simulate (${here}/src/simulate.ts:1:2)\n    at ${here}/b.test.ts:3:4\n    at ${here}/c.test.ts:3:4`,
    'npx vitest run b.test.ts',
  ],
]

describe('the command that repeats a test', () => {
  it.each(table)('of %s', (_, stack, command) => {
    expect(repeatCommand(stack)).toBe(`SEED=${seedOfRun()} ${command}`)
  })

  it('is the one of this file if this file asks', () => {
    expect(repeatCommand(new Error().stack)).toMatch(/^SEED=\d+ npx vitest run .*test\/run\.test\.ts$/)
  })
})

describe('checkWholeNumbers', () => {
  it.each([
    [{ a: 0, b: 7 }, 0, undefined],
    [{ a: 0 }, 1, 'a is a whole number from 1, not 0'],
    [{ a: 1, b: 1.5 }, 0, 'b is a whole number from 0, not 1.5'],
    [{ a: Number.NaN }, 0, 'a is a whole number from 0, not NaN'],
  ])('of %j from %i throws %j', (numbers, least, message) => {
    const check = () => checkWholeNumbers(numbers, least)
    if (message === undefined) check()
    else expect(check).toThrow(message)
  })
})
