import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { changesOf, faultOf, readFaults } from '../fault-patches.mjs'
import { inRoot, root } from '../root.mjs'

const faults = readFaults().map((fault) => [fault.name, fault] as const)

describe('the deliberate faults', () => {
  it('are twelve at least', () => {
    expect(faults.length).toBeGreaterThanOrEqual(12)
  })

  it.each(faults)('%s applies to the sources as they are', (_, fault) => {
    for (const { before, after } of changesOf(fault, root)) expect(after).not.toBe(before)
  })

  it.each(faults)('%s says what it is and what catches it', (_, { what, tests }) => {
    expect(what).toMatch(/^[A-Z].*\.$/)
    expect(tests).not.toEqual([])
    expect(tests.filter((test) => !existsSync(inRoot(test)))).toEqual([])
  })
})

it('a patch that does not fit is refused with the reason', () => {
  const fault = faultOf('none', '--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-no such line\n+another\n')
  expect(() => changesOf(fault, root)).toThrow(/README\.md has no place for\s+no such line/)
})
