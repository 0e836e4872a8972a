import { seedOfRun } from '@tygase/testkit'

/**
 * Seeds that a law has in every run, and the seed of the run, each once: that of `npm test` is 1, which several laws always have.
 */
export const withSeedOfRun = (...fixed: readonly number[]): readonly number[] => [...new Set([...fixed, seedOfRun()])]
