import { describe } from 'vitest'
import { withSeedOfRun } from '../support/seeds.js'
import { testAllTargets } from './support/fuzz-all.js'

// the same bytes in each run, and others in each long one
describe.each(withSeedOfRun(1))(
  'whatever bytes come, by seed %i, they lead to a value or a coded error [P41]',
  testAllTargets,
)
