import { describe, expect, it } from 'vitest'
import { steps, stepsNamed } from '../steps.mjs'

describe('stepsNamed', () => {
  it('gives the steps in the order of the list, whatever the order of the names', () => {
    expect(stepsNamed(['e2e', 'unit']).map((step) => step.name)).toEqual(['unit', 'e2e'])
  })

  it('adds what a step needs, once', () => {
    expect(stepsNamed(['browser', 'pages']).map((step) => step.name)).toEqual(['build', 'site', 'pages', 'browser'])
  })

  it('refuses a name that no step has, and tells those that there are', () => {
    expect(() => stepsNamed(['unti'])).toThrow(/"unti".*types, build/)
  })
})

describe('a step', () => {
  it.each(steps.map((step) => [step.name, step] as const))(
    '%s comes after what it needs, and runs programs, tests or both',
    (name, step) => {
      const before = steps
        .slice(
          0,
          steps.findIndex((other) => other.name === name),
        )
        .map((other) => other.name)
      expect(before).toEqual(expect.arrayContaining([...(step.needs ?? [])]))
      expect(step.commands ?? step.vitest).toBeDefined()
    },
  )
})
