import { describe, expect, it } from 'vitest'
import { seedCases } from '../../scripts/seed-cases.mjs'
import { findTaggedTests, testLine, writeSeedPage } from '../../scripts/seed-page.mjs'
import { readText } from '../architecture/repository.js'

const tests = findTaggedTests()

/** The lines of each case in the page, by its id. */
const entries = new Map(
  [...readText('test/seeds.md').matchAll(/^- \*\*([PMGRC]\d+)\*\* .*\n((?: {2}- .*\n)*)/gm)].map(([, id, lines]) => [
    id ?? '',
    lines?.match(/.+\n/g) ?? [],
  ]),
)

describe('test/seeds.md', () => {
  it('has an entry for each case', () => {
    expect([...entries.keys()]).toEqual(seedCases.map(({ id }) => id))
  })

  it.each([...entries])('lists only tests of %s that exist', (id, lines) => {
    const known = tests.filter((test) => test.id === id).map(({ file, title }) => testLine(file, title))
    expect(lines.filter((line) => !known.includes(line) && !line.startsWith('  - later: '))).toEqual([])
    expect(lines.length).toBeGreaterThan(0)
  })
})

describe('a case', () => {
  it('has a test, unless it gives the reason why it has none', () => {
    const shown = new Set(tests.map(({ id }) => id))
    expect(seedCases.filter(({ id, later }) => later === undefined && !shown.has(id))).toEqual([])
  })

  it('that a test names is in the list', () => {
    const known = new Set(seedCases.map(({ id }) => id))
    expect(tests.filter(({ id }) => !known.has(id))).toEqual([])
  })

  it('shows a title as text, whatever characters it has', () => {
    const text = writeSeedPage([{ id: 'P1', file: 'test/a.test.ts', title: 'a | b <T>' }])
    expect(text).toContain('\n  - [a.test.ts](../test/a.test.ts): a | b &lt;T>\n')
  })
})
