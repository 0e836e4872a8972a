import { describe, expect, it } from 'vitest'
import { addressesOf, projectAddress } from '../addresses.mjs'
import { absoluteLinks, linkedPages } from '../pack.mjs'

const at = addressesOf(projectAddress())

describe('a link', () => {
  it.each([
    ['[a](../../docs/guides/a.md#b)', `[a](${at.page('docs/guides/a.md', '1.2.3')}#b)`],
    ['![a](../../docs/images/a.png)', `![a](${at.raw('docs/images/a.png', '1.2.3')})`],
    [
      '[`a`](../b/README.md), [c](../../ERRORS.md)',
      `[\`a\`](${at.page('packages/b/README.md', '1.2.3')}), [c](${at.page('ERRORS.md', '1.2.3')})`,
    ],
    ['[a](#b) [c](https://c.example/d.md)', '[a](#b) [c](https://c.example/d.md)'],
    ['`[a](b.md)` and\n```md\n[a](b.md)\n```\n', '`[a](b.md)` and\n```md\n[a](b.md)\n```\n'],
    ['[a](../../docs/kept.md#b)', '[a](../../docs/kept.md#b)'],
  ])('as in %j is %j outside of the repository', (text, outside) => {
    expect(absoluteLinks(text, 'packages/a/README.md', '1.2.3', new Set(['docs/kept.md']))).toBe(outside)
  })
})

it('the pages that a README leads to are those of the project, not of other packages', () => {
  const text =
    '[a](../../docs/guides/a.md#b) [b](../b/README.md) [c](../../ERRORS.md) [d](https://d.example/x.md) `[e](../../docs/e.md)`'
  expect(linkedPages(text, 'packages/a/README.md')).toEqual(['docs/guides/a.md', 'ERRORS.md'])
})
