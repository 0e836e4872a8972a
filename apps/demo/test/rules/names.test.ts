import { describe, expect, it } from 'vitest'
import { cleanName, maxNameLength, uniqueName } from '../../src/rules/names.js'

describe('cleanName', () => {
  it.each([
    ['keeps a name', 'Ada', 'Ada'],
    ['trims and joins lines', '  Ada \n\t Lin ', 'Ada Lin'],
    ['keeps other scripts', 'Ζωή 李', 'Ζωή 李'],
    ['keeps an emoji of several parts whole', '👩‍🚀 Al', '👩‍🚀 Al'],
    ['drops what turns the direction of text', 'A\u202eda\u2066', 'Ada'],
    ['drops what cannot be seen', 'A\u200b\u0000d\ufeffa', 'Ada'],
    ['drops halves of characters', 'A\ud800da', 'Ada'],
    ['composes', 'e\u0301', 'é'],
    ['gives a name to those without', '', 'Player'],
    ['gives a name to those with a name of nothing', ' \u200b\u200d\u0301 ', 'Player'],
  ])('%s', (_what, raw, expected) => {
    expect(cleanName(raw)).toBe(expected)
  })

  it('cuts after so many letters as people count them', () => {
    expect(cleanName('x'.repeat(40))).toBe('x'.repeat(maxNameLength))
    expect(cleanName('🎈'.repeat(40))).toBe('🎈'.repeat(maxNameLength))
  })

  it('bounds marks that are piled up on letters', () => {
    expect(cleanName(`a${'\u0316'.repeat(200)}`).length).toBeLessThanOrEqual(48)
  })

  it('changes nothing that is clean already', () => {
    for (const raw of ['  Ada \n Lin ', 'x'.repeat(40), '👩‍🚀'.repeat(9), 'a b c d e f g h i j k']) {
      const once = cleanName(raw)
      expect(cleanName(once)).toBe(once)
    }
  })
})

describe('uniqueName', () => {
  it.each([
    ['Ada', [], 'Ada'],
    ['Ada', ['Bob'], 'Ada'],
    ['Ada', ['ada'], 'Ada 2'],
    ['Ada', ['Ada', 'Ada 2'], 'Ada 3'],
  ])('%s beside %j is %s', (name, taken, expected) => {
    expect(uniqueName(name, taken)).toBe(expected)
  })
})
