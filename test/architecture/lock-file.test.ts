import { expect, it } from 'vitest'
import { readText } from './repository.js'

it('package-lock.json says what to install, and not from which address', () => {
  const lock: { packages: Record<string, { resolved?: string; integrity?: string }> } = JSON.parse(
    readText('package-lock.json'),
  )
  const entries = Object.entries(lock.packages)
  expect(entries.filter(([, { integrity }]) => integrity !== undefined)).not.toEqual([])
  expect(entries.filter(([, { resolved }]) => resolved?.includes(':'))).toEqual([])
})
