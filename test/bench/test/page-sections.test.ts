import { describe, expect, it } from 'vitest'
import { withOwnSections, withSection } from '../src/report/page-sections.js'

const page = '# Benchmarks\n\n## Scenes\n\ntext\n'
const network = '## Network\n\nfigures\n\n### Rooms\n\nmore\n'
const rooms = '## Rooms\n\nfigures\n'

describe('the page of the benchmarks', () => {
  it.each([
    ['both', `${page}\n${network}\n${rooms}`],
    ['one', `${page}\n${network}`],
    ['none', page],
  ])('keeps the sections of other runs when the rest is written anew: %s', (_, before) => {
    const anew = '# Benchmarks\n\nanew\n'
    expect(withOwnSections(anew, before)).toBe(before.replace(page, anew))
  })

  it('keeps all other sections when one of them is written anew', () => {
    const before = `${page}\n${network}\n${rooms}`
    expect(withSection(before, '## Network\n\nanew\n')).toBe(`${page}\n## Network\n\nanew\n\n${rooms}`)
    expect(withSection(before, '## Rooms\n\nanew\n')).toBe(`${page}\n${network}\n## Rooms\n\nanew\n`)
  })

  it('does not take a heading within a section for one of its own', () => {
    expect(withSection(`${page}\n${network}`, rooms)).toBe(`${page}\n${network}\n${rooms}`)
  })

  it('begins with a section where there is no page yet', () => {
    expect(withSection('', rooms)).toBe(rooms)
  })
})
