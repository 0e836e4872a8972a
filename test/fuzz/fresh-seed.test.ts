import { seedOfRun } from '@tygase/testkit'
import { describe } from 'vitest'
import { testAllTargets } from './support/fuzz-all.js'

describe('whatever bytes come, others in each run, they lead to a value or a coded error [P41]', () => {
  testAllTargets(seedOfRun())
})
