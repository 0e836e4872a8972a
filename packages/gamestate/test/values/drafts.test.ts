import { createDraft, immerable as immersOwn } from 'immer'
import { expect, test } from 'vitest'
import { immerable } from '../../src/rows/version-map.js'
import { isDraft } from '../../src/values/plain.js'

test('the symbols taken by name are those of immer', () => {
  expect(immerable).toBe(immersOwn)
  expect(isDraft(createDraft({ list: [] }).list)).toBe(true)
  expect(isDraft({ list: [] })).toBe(false)
})
