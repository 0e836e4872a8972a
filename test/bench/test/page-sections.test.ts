import { describe, expect, it } from 'vitest'
import { networkSectionOf, withNetworkSection } from '../src/report/page-sections.js'

const page = '# Benchmarks\n\n## Scenes\n\ntext\n'
const section = '## Network\n\nfigures\n\n### Rooms\n'

describe('the page of the benchmarks', () => {
  it('keeps what it says about the network when the rest is written anew', () => {
    const before = withNetworkSection(page, section)
    expect(withNetworkSection('# Benchmarks\n\nanew\n', networkSectionOf(before))).toBe(
      `# Benchmarks\n\nanew\n\n${section}`,
    )
  })

  it('keeps the rest when the section about the network is written anew', () => {
    const before = withNetworkSection(page, section)
    expect(withNetworkSection(before, '## Network\n\nanew\n')).toBe(`${page}\n## Network\n\nanew\n`)
  })

  it('is the same without a section about the network', () => {
    expect(networkSectionOf(page)).toBe('')
    expect(withNetworkSection(page, '')).toBe(page)
  })
})
