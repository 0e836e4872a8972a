import { afterEach, describe, expect, it, vi } from 'vitest'
import { seedOfRun } from '../src/index.js'

afterEach(() => vi.unstubAllEnvs())

describe('the seed of a run', () => {
  it('is fresh, and the same for the whole process', () => {
    vi.stubEnv('SEED', undefined)
    const seed = seedOfRun()
    expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true)
    expect(seedOfRun()).toBe(seed)
  })

  it('is that of the environment where it names one', () => {
    vi.stubEnv('SEED', '1234')
    expect(seedOfRun()).toBe(1234)
  })

  it.each(['', 'abc', '-1', '1.5', '1e99'])('is not %j', (text) => {
    vi.stubEnv('SEED', text)
    expect(() => seedOfRun()).toThrow('SEED is a whole number from 0')
  })
})
