import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'

const promises = readText('docs/reference/guarantees.md')
const sections = readText('test/guarantees.md').split(/^## /m).slice(1)

/** The tests that the page names, as [id of the promise, path from the root, title]. */
const mentions = sections.flatMap((section) => {
  const id = section.split('\n', 1)[0]!
  return [...section.matchAll(/^- \[[^\]]+\]\(([^)]+)\): (.+)$/gm)].map(
    ([, path, title]) => [id, posix.join('test', path!), title!] as const,
  )
})

describe('docs/reference/guarantees.md', () => {
  const promised = [...promises.matchAll(/^\*\*([A-Z]\d+)\. /gm)].map(([, id]) => id)

  it('links each promise to its tests', () => {
    const linked = [...promises.matchAll(/\[Tests\]\(\.\.\/\.\.\/test\/guarantees\.md#(\w+)\)/g)]
    expect(linked.map(([, anchor]) => anchor!.toUpperCase())).toEqual(promised)
  })

  it('has the promises that test/guarantees.md has tests for', () => {
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(promised)
    expect([...new Set(mentions.map(([id]) => id))]).toEqual(promised)
  })
})

describe('test/guarantees.md', () => {
  it.each(mentions)('%s: %s has a test "%s"', (_id, path, title) => {
    // a title may go on with the cases of seeds that it shows
    expect(readText(path).replaceAll("\\'", "'")).toContain(title)
  })
})
