import { describe, expect, test } from 'vitest'
import { RoomTraits } from '../../src/rooms/listing.js'

const usual = { private: false, metadata: { map: 'lava' } }
const saved = { private: true, locked: true, metadata: { map: 'ice' } }

describe('what a room is like', () => {
  test('is what its kind is, and unlocked, until something else is said', () => {
    expect(new RoomTraits(usual).now).toEqual({ ...usual, locked: false })
  })

  test('are the saved ones, and those that createRoom was given hold in any case', () => {
    const plain = new RoomTraits(usual)
    plain.restore(saved)
    expect([plain.now, plain.isLockRestored]).toEqual([saved, true])
    const given = new RoomTraits(usual, { private: false, metadata: { map: 'sand' } })
    given.restore(saved)
    expect(given.now).toEqual({ private: false, locked: true, metadata: { map: 'sand' } })
  })

  test.each([
    undefined,
    null,
    5,
    [],
    {},
    { ...saved, locked: 'no' },
    { ...saved, metadata: [1] },
    { ...saved, metadata: null },
  ])('stays what it is where %j was saved', (value) => {
    const traits = new RoomTraits(usual)
    traits.restore(value)
    expect([traits.now, traits.isLockRestored]).toEqual([{ ...usual, locked: false }, false])
  })

  test('does not change in what was read of it, nor with what was given', () => {
    const metadata = { tags: ['a'] }
    const traits = new RoomTraits({ ...usual, metadata })
    const before = traits.now
    metadata.tags.push('b')
    traits.change({ locked: true })
    expect(before).toEqual({ private: false, locked: false, metadata: { tags: ['a'] } })
    expect(traits.now).toEqual({ ...before, locked: true })
  })

  test.each<[string, { locked?: boolean; private?: boolean }, boolean]>([
    ['something else', { private: false }, true],
    ['it is locked once more', { locked: true }, true],
    ['it is unlocked', { locked: false }, false],
  ])('knows of a lock that was saved until it is taken away: when %s', (_, change, isLockRestored) => {
    const traits = new RoomTraits(usual)
    traits.restore(saved)
    traits.change(change)
    expect(traits.isLockRestored).toBe(isLockRestored)
  })

  test.each([{ x: 'y'.repeat(50_000) }, { f: () => {} }, 5])(
    'is not described by what is too large or not plain: %#',
    (metadata) => {
      const traits = new RoomTraits(usual)
      const wrong = expect.objectContaining({ code: 'invalid_argument' })
      expect(() => traits.change({ metadata: metadata as never })).toThrow(wrong)
      expect(() => new RoomTraits(usual, { metadata: metadata as never })).toThrow(wrong)
      expect(traits.now.metadata).toEqual({ map: 'lava' })
    },
  )
})
