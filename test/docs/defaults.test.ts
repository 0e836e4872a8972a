import { describe, expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'
import { valueText, writeDefaultsPage } from './defaults-page.js'
import { optionSections } from './option-sections.js'

describe('docs/reference/important-defaults.md', () => {
  it('is the page that `npm run defaults` writes from the tables of options', async () => {
    await expect(writeDefaultsPage(optionSections)).toMatchFileSnapshot('../../docs/reference/important-defaults.md')
  })

  it.each(optionSections.map(({ heading, rows }) => [heading, rows] as const))(
    'names each option of %s once',
    (_, rows) => {
      const names = rows.map(({ name }) => name)
      expect([...new Set(names)]).toEqual(names)
    },
  )
})

describe('a code in a table of options', () => {
  it('has a heading in ERRORS.md', () => {
    const headings = new Set([...readText('ERRORS.md').matchAll(/^### (\w+)$/gm)].map(([, code]) => code))
    const codes = optionSections.flatMap(({ rows }) => rows.flatMap(({ code }) => code ?? []))
    expect(codes.filter((code) => !headings.has(code))).toEqual([])
  })
})

describe('valueText', () => {
  it.each([
    [65_536, 'bytes', '64 KiB'],
    [1_048_576, 'bytes', '1 MiB'],
    [1500, 'bytes', '1,500'],
    [30_000, 'ms', '30,000'],
    [Number.POSITIVE_INFINITY, 'rooms', 'no limit'],
    [true, '', 'true'],
    ['both', '', 'both'],
    [undefined, '', 'none'],
    [0, '', '0'],
  ])('writes %s of unit "%s" as %s', (value, unit, text) => {
    expect(valueText(value, unit)).toBe(text)
  })
})
