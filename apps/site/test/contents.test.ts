import { describe, expect, it } from 'vitest'
import { readContents } from '../src/build/contents.js'

const titleOfPage = (path: string) => `title of ${path}`

describe('the contents', () => {
  it('have a section for each heading, and an item for each page of a list', () => {
    const page =
      '# Docs\n\n[not](listed.md)\n\n## Start\n\nWords.\n\n- [Start](start.md): ten minutes.\n1. [Move](tutorial/1.md)\n'
    expect(readContents(page, titleOfPage)).toEqual([
      {
        title: 'Start',
        groups: [
          {
            title: '',
            items: [
              { title: 'Start', source: 'docs/start.md', note: 'ten minutes' },
              { title: 'Move', source: 'docs/tutorial/1.md', note: '' },
            ],
          },
        ],
      },
    ])
  })

  it('have a group for each table, named by its head, with the pages of the first cells', () => {
    const page =
      '## Guides\n\n| at the client | |\n|---|---|\n| [Feel](guides/feel.md) | at once, [in figures](internals/feel.md) |\n\n| at the server | |\n|---|---|\n| [Rooms](guides/rooms.md) | many |\n'
    expect(readContents(page, titleOfPage)[0]?.groups).toEqual([
      {
        title: 'At the client',
        items: [{ title: 'Feel', source: 'docs/guides/feel.md', note: 'at once, in figures' }],
      },
      { title: 'At the server', items: [{ title: 'Rooms', source: 'docs/guides/rooms.md', note: 'many' }] },
    ])
  })

  it('have an item for each question of a table, with the page that answers it', () => {
    const page = '## Recipes\n\n| the question | the page |\n|---|---|\n| How do I chat? | [Chat](guides/chat.md) |\n'
    expect(readContents(page, titleOfPage)[0]?.groups).toEqual([
      { title: '', items: [{ title: 'Chat', source: 'docs/guides/chat.md', note: 'How do I chat?' }] },
    ])
  })

  it('have an item for each of several links at the start of a line', () => {
    const page =
      '## Reference\n\n- [A](a.md), [B](b.md): names, see [C](c.md).\n- [Changes](../CHANGELOG.md), and a [weakness](../SECURITY.md).\n'
    expect(readContents(page, titleOfPage)[0]?.groups[0]?.items).toEqual([
      { title: 'A', source: 'docs/a.md', note: 'names, see C' },
      { title: 'B', source: 'docs/b.md', note: 'names, see C' },
      { title: 'Changes', source: 'CHANGELOG.md', note: '' },
      { title: 'title of SECURITY.md', source: 'SECURITY.md', note: '' },
    ])
  })

  it('have a group for links behind the words that introduce them', () => {
    const page =
      '## Reference\n\n- The packages: [server](../packages/server/README.md), [Vite](../packages/vite/README.md).\n'
    expect(readContents(page, titleOfPage)[0]?.groups).toEqual([
      {
        title: 'Packages',
        items: [
          { title: 'title of packages/server/README.md', source: 'packages/server/README.md', note: '' },
          { title: 'Vite', source: 'packages/vite/README.md', note: '' },
        ],
      },
    ])
  })
})
