import { cwd } from 'node:process'
import { describe, expect, it } from 'vitest'
import { repeatCommand } from '../src/repeat-command.js'

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
    expect(repeatCommand(stack)).toBe(command)
  })

  it('is that of this file, called from here', () => {
    expect(repeatCommand(new Error().stack)).toMatch(/^npx vitest run .*test\/repeat-command\.test\.ts$/)
  })
})
