import { describe, expect, it } from 'vitest'
import { relativePath, SiteLinks } from '../src/build/catalog.js'
import { changeLinks, changeProse, slugOf } from '../src/build/markdown.js'

const places = new Map([
  ['docs/start.md', 'start'],
  ['docs/guides/rooms.md', 'guides/rooms'],
  ['packages/server/README.md', 'packages/server'],
  ['ERRORS.md', 'errors/index'],
])
const codes = [{ title: 'Of all', about: '', codes: [{ code: 'room_full', text: '', brief: '' }] }]

/** How a link of a page comes out. */
function rewritten(source: string, text: string, host?: string): string {
  const links = new SiteLinks(places, codes, host)
  return changeLinks(text, (link) => links.target(source, places.get(source)!, link))
}

describe('a link', () => {
  it.each([
    ['docs/start.md', '[x](guides/rooms.md#seats)', '[x](./guides/rooms.md#seats)'],
    ['docs/guides/rooms.md', '[x](../start.md)', '[x](../start.md)'],
    ['docs/guides/rooms.md', '[x](../../packages/server/README.md)', '[x](../packages/server.md)'],
    ['docs/guides/rooms.md', '[x](../../packages/server)', '[x](../packages/server.md)'],
    ['packages/server/README.md', '[`x`](../../docs/start.md)', '[`x`](../start.md)'],
    ['docs/start.md', '[x](../ERRORS.md)', '[x](./errors/index.md)'],
    ['docs/start.md', '[x](../ERRORS.md#room_full)', '[x](./errors/room_full/index.md)'],
    ['docs/start.md', '[x](../ERRORS.md#close-codes)', '[x](./errors/index.md#close-codes)'],
    ['ERRORS.md', '[x](#room_full)', '[x](./room_full/index.md)'],
    ['docs/start.md', '[x](#install)', '[x](#install)'],
    ['docs/start.md', '[x](https://example.com/a.md)', '[x](https://example.com/a.md)'],
    ['docs/start.md', '![x](images/demo.png)', '![x](./images/demo.png)'],
    ['docs/start.md', '`[x](guides/rooms.md)`', '`[x](guides/rooms.md)`'],
    ['docs/start.md', '```md\n[x](guides/rooms.md)\n```', '```md\n[x](guides/rooms.md)\n```'],
    ['docs/start.md', '[x](../package.json)', 'x'],
  ])('of %s, %s, is %s in the site', (source, text, expected) => {
    expect(rewritten(source, text)).toBe(expected)
  })

  it('to a file that is no page leads to the host of the repository, if there is one', () => {
    expect(rewritten('docs/start.md', '[x](../package.json#L1)', 'https://host/blob/main')).toBe(
      '[x](https://host/blob/main/package.json#L1)',
    )
  })

  it('to a file that is not there stops the build', () => {
    expect(() => rewritten('docs/start.md', '[x](no-such-file.md)')).toThrow('docs/no-such-file.md')
  })
})

describe('the prose of a page', () => {
  it('is changed without its code and comments', () => {
    const text = 'a\n\n```ts\na\n```\n\n`a` a <!-- a\n```ts\na\n```\n-->\n'
    expect(changeProse(text, (prose) => prose.replaceAll('a', 'b'))).toBe(
      'b\n\n```ts\na\n```\n\n`a` b <!-- a\n```ts\na\n```\n-->\n',
    )
  })
})

describe('the way from one page to another', () => {
  it.each([
    ['start', 'guides/rooms', './guides/rooms'],
    ['guides/rooms', 'start', '../start'],
    ['guides/rooms', 'guides/views', './views'],
    ['errors/room_full/index', 'errors/index', '../index'],
    ['errors/room_full/index', 'errors/room_closed/index', '../room_closed/index'],
    ['errors/room_full/index', 'errors/room_full/index', './index'],
  ])('%s, %s, is %s', (from, to, expected) => {
    expect(relativePath(from, to)).toBe(expected)
  })
})

describe('the name of a place', () => {
  it.each([
    ['Your own game', 'your-own-game'],
    ['`ctx.random()` & co', 'ctxrandom--co'],
    ['connect_timeout', 'connect_timeout'],
    ['@tygase/server', 'tygaseserver'],
    ['1. Move', '1-move'],
  ])('under %j is %s, as code hosts have it', (heading, slug) => {
    expect(slugOf(heading)).toBe(slug)
  })
})
