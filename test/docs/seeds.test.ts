import { describe, expect, it } from 'vitest'
import { seedCases } from '../../scripts/seed-cases.mjs'
import { findTaggedTests, testCell, writeSeedPage } from '../../scripts/seed-page.mjs'
import { readText } from '../architecture/repository.js'

const tests = findTaggedTests()
const page = readText('docs/seeds.md')
const rows = new Map([...page.matchAll(/^\| ([PMGRC]\d+) \|.*$/gm)].map(([row, id]) => [id ?? '', row]))

describe('docs/seeds.md', () => {
  it('has a row for each case', () => {
    expect([...rows.keys()]).toEqual(seedCases.map(({ id }) => id))
  })

  it.each([...rows])('names tests for %s that there are', (id, row) => {
    const named = [...row.matchAll(/\[[\w.-]+\]\(\.\.\/[^)]+\): .*?(?=<br>| \|$)/g)].map(([cell]) => cell)
    const known = tests.filter((test) => test.id === id).map(({ file, title }) => testCell(file, title))
    expect(named.filter((cell) => !known.includes(cell))).toEqual([])
    expect(named.length > 0 || row.includes('later: ')).toBe(true)
  })
})

describe('a case', () => {
  it('has a test, unless it says why it has none yet', () => {
    const shown = new Set(tests.map(({ id }) => id))
    expect(seedCases.filter(({ id, later }) => later === undefined && !shown.has(id))).toEqual([])
  })

  it('that a test names is in the list', () => {
    const known = new Set(seedCases.map(({ id }) => id))
    expect(tests.filter(({ id }) => !known.has(id))).toEqual([])
  })

  it('is told in one row, with what is special in a table kept from it', () => {
    const text = writeSeedPage([{ id: 'P1', file: 'test/a.test.ts', title: 'a | b <T>' }])
    expect(text).toContain('| [a.test.ts](../test/a.test.ts): a \\| b &lt;T> |\n')
  })
})
