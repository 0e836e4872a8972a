import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { exceptions } from './exceptions.js'
import { Stage, type Trial } from './stage.js'
import { batteryTrials } from './trials/batteries.js'
import { clientTrials } from './trials/client.js'
import { ruleTrials } from './trials/rules.js'
import { serverTrials } from './trials/server.js'
import { testkitTrials } from './trials/testkit.js'
import { findUserFunctions } from './user-functions.js'

const trials: Readonly<Record<string, Trial>> = {
  ...ruleTrials,
  ...serverTrials,
  ...clientTrials,
  ...batteryTrials,
  ...testkitTrials,
}

test('each function that the declarations let a user give has a trial, or a reason why it needs none', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const found = [...findUserFunctions(root).keys()]
  const known = new Set(Object.keys(trials).map((name) => name.replace(/ (?:with|of) .*/, '')))
  expect(found.filter((name) => !known.has(name) && exceptionOf(name) === undefined)).toEqual([])
  // nothing is left of functions that are gone
  expect([...known].filter((name) => !found.includes(name))).toEqual([])
  expect(Object.keys(exceptions).filter((name) => !found.some((other) => exceptionOf(other) === name))).toEqual([])
  expect(found.length).toBeGreaterThan(100)
})

/** The exception that a function falls under: its own name, or that of its owner, which covers no parameters of methods. */
function exceptionOf(name: string): string | undefined {
  const [owner] = /^\w+\.(?=\w+(?:\(\))?$)/.exec(name) ?? []
  return [name, owner].find((key) => key !== undefined && Object.hasOwn(exceptions, key))
}

describe.each([
  ['throws', false],
  ['rejects', true],
])('a function of a user that %s', (_, rejects) => {
  test.each(Object.entries(trials))(
    'ends nothing, and its failure is seen: %s',
    { timeout: 10_000 },
    async (_name, trial) => {
      const stage = new Stage(rejects)
      const unseen: unknown[] = []
      const note = (error: unknown): void => void unseen.push(error)
      process.on('unhandledRejection', note)
      process.on('uncaughtException', note)
      let failure: unknown
      try {
        await trial.run(stage).catch((error: unknown) => {
          failure = error
        })
        await stage.end()
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      } finally {
        process.off('unhandledRejection', note)
        process.off('uncaughtException', note)
      }
      expect(unseen).toEqual([])
      const lines = stage.lines.filter(({ err }) => stage.isOwn(err))
      if (trial.logged === undefined) {
        expect(stage.isOwn(failure)).toBe(true)
        return
      }
      if (failure !== undefined) throw failure
      expect(lines.length).toBeGreaterThan(0)
      for (const { message } of lines) expect(message).toMatch(trial.logged)
    },
  )
})
