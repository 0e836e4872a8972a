import { expect, test } from 'vitest'
import { silentLogger } from '../src/index.js'

test.each(['debug', 'info', 'warn', 'error'] as const)('the silent logger takes %s and says nothing', (level) => {
  expect(silentLogger[level]({ err: new Error('x') }, 'a message')).toBeUndefined()
})
