import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { loadOwner, OwnerError } from '../src/owners.js'

test.each([
  ['user', '@tygase/not-there'],
  ['load', '@tygase/not-there-either'],
])('the command %s of a package that is not installed says how to install %s', async (command, owner) => {
  const failed = await loadOwner(command, owner, tmpdir()).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(OwnerError)
  expect((failed as OwnerError).message).toBe(
    `'${command}' is part of ${owner}, which is not installed here: npm install ${owner}`,
  )
})
