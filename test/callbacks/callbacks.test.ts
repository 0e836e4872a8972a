import { describe, expect, test } from 'vitest'
import { Stage } from './stage.js'
import { trials } from './trials/all.js'

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
