import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { applyFault, readFaults } from '../fault-patches.mjs'
import { inRoot, root } from '../root.mjs'

const faults = readFaults()

describe('the deliberate faults', () => {
  it('are twelve at least', () => {
    expect(faults.length).toBeGreaterThanOrEqual(12)
  })

  it.each(faults.map((fault) => [fault.name, fault] as const))('%s applies to the sources as they are', (_, fault) => {
    expect(applyFault(fault, root, '--check')).toBe('')
  })

  it.each(faults.map((fault) => [fault.name, fault] as const))('%s says what it is and what catches it', (_, fault) => {
    expect(fault.what).toMatch(/^[A-Z].*\.$/)
    expect(fault.tests).not.toEqual([])
    expect(fault.tests.filter((test) => !existsSync(inRoot(test)))).toEqual([])
  })
})

it('a fault that does not fit is refused with the reason', () => {
  const fault = { name: 'none', what: '', tests: [], file: inRoot('test', 'faults', 'nothing.patch') }
  expect(applyFault(fault, root, '--check')).toMatch(/nothing\.patch/)
})
