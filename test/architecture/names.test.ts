import { describe, expect, it } from 'vitest'
import { exportedNames, publicEntries, usingTexts } from './exported-names.js'
import { readText } from './repository.js'

/** The most names that each public entry may export. A package that is not listed may have 25. */
const most: Record<string, number> = {
  '@tygase/gamestate': 34,
  '@tygase/protocol': 20,
  '@tygase/server': 25,
  '@tygase/client': 24,
  '@tygase/testkit': 18,
  '@tygase/auth': 12,
  '@tygase/storage': 10,
  '@tygase/record': 12,
  '@tygase/record/replay': 14,
  '@tygase/http': 6,
  '@tygase/tasks': 8,
  tygase: 4,
  '@tygase/vite': 2,
  '@tygase/react': 8,
  'create-tygase': 4,
}
const mostInAll = 190

const entries = publicEntries().map(({ specifier, file }) => ({ specifier, names: exportedNames(readText(file)) }))

describe('the exported names', () => {
  it.each([
    ["export { a, type B } from './a.js'\nexport type {\n  C,\n} from './c.js'", ['a', 'B', 'C']],
    ["export { a as b } from './a.js'", ['b']],
  ])('in %j are %j', (source, names) => {
    expect(exportedNames(source)).toEqual(names)
  })

  it.each(entries)('of $specifier are few', ({ specifier, names }) => {
    expect(names.length, names.join(' ')).toBeLessThanOrEqual(most[specifier] ?? 25)
    expect(names).toEqual([...new Set(names)])
  })

  it(`are ${mostInAll} at most over the packages that are listed here`, () => {
    const listed = entries.filter(({ specifier }) => specifier in most)
    const count = listed.reduce((sum, { names }) => sum + names.length, 0)
    console.log(
      `note: public names: ${count}, ${listed.map((e) => `${e.specifier.replace('@tygase/', '')} ${e.names.length}`).join(', ')}`,
    )
    expect(listed.map(({ specifier }) => specifier).sort()).toEqual(Object.keys(most).sort())
    expect(count).toBeLessThanOrEqual(mostInAll)
  })

  it.each(entries)('of $specifier are each used by an app, a page or a README', ({ names }) => {
    const words = new Set(usingTexts().flatMap(({ text }) => text.match(/\w+/g) ?? []))
    expect(names.filter((name) => !words.has(name))).toEqual([])
  })
})
