import { expect, test } from 'vitest'
import { guard } from '../src/guard.js'
import { LogBook } from './support/stage.js'

const bug = new Error('a bug')

test.each([
  ['throws', () => fail()],
  ['returns a promise that rejects', async () => fail()],
  ['returns what can be awaited and rejects', () => thenable((_, reject) => reject(bug))],
  ['returns what throws when it is awaited', () => thenable(fail)],
])('what %s is logged and goes no further', async (_, work) => {
  const log = new LogBook()
  guard(log, 'it failed', work)
  await settle()
  expect(log.errors).toEqual(['it failed'])
})

test.each([
  ['nothing', () => {}],
  ['a promise that resolves', async () => 1],
  ['null', () => null],
])('of what returns %s nothing is logged', async (_, work) => {
  const log = new LogBook()
  guard(log, 'it failed', work)
  await settle()
  expect(log.errors).toEqual([])
})

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

function fail(): never {
  throw bug
}

/** What promises of other libraries have in common with those of the runtime. */
function thenable(then: (resolve: () => void, reject: (error: unknown) => void) => void): object {
  return { then }
}
