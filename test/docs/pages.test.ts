import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { filesBelow, readText, root } from '../architecture/repository.js'
import { codeBlocks } from './code-blocks.js'
import { compilePages } from './compile-pages.js'

const pages = new Map(filesBelow('.', ['.md']).map((path) => [path, readText(path)]))
/** The code of the tutorial is compiled in its folders: tutorial.test.ts compares the two. */
const own = new Map([...pages].filter(([path]) => !path.startsWith('docs/tutorial/')))
const pagesWithCode = [...own].filter(([, text]) => codeBlocks(text).length > 0).map(([path]) => path)

/** The targets of links that lead to a file here, without the place inside it. */
function linkedFiles(text: string): string[] {
  const withoutCode = text.replaceAll(/^\s*(`{3,})[\s\S]*?^\s*\1/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...withoutCode.matchAll(/\]\((?<target>[^)\s#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match.groups?.target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
}

describe('the code in', () => {
  let complaints: Map<string, string[]>
  beforeAll(async () => {
    complaints = await compilePages(own)
  })

  it.each(pagesWithCode)('%s compiles', (path) => {
    expect(complaints.get(path)?.map((complaint) => `${path}:${complaint}`)).toEqual([])
  })
})

describe('the check of code in pages', () => {
  it('would find a mistake, and tells its page and line', async () => {
    const broken = new Map([['a/page.md', '# Title\n\n```ts\nconst a = 1\nconst b: string = a\n```\n']])
    expect(await compilePages(broken)).toEqual(new Map([['a/page.md', [expect.stringMatching(/^5: error TS2322/)]]]))
  })
})

describe('README.md', () => {
  it('shows code', () => {
    expect(pagesWithCode).toContain('README.md')
  })
})

describe('the links in', () => {
  it.each([...pages.keys()])('%s lead to files that are there', (path) => {
    const missing = linkedFiles(pages.get(path) ?? '').filter(
      (target) => !existsSync(join(root, dirname(path), target)),
    )
    expect(missing).toEqual([])
  })
})

/** The cells of tables that are longer than people read. */
function longCells(text: string): string[] {
  const withoutCode = text.replaceAll(/^\s*(`{3,})[\s\S]*?^\s*\1/gm, '')
  return [...withoutCode.matchAll(/^\|(.*)\|$/gm)]
    .flatMap(([, row = '']) => row.split(/(?<!\\)\|/))
    .map((cell) => cell.trim())
    .filter((cell) => cell.length > 200)
}

describe('the tables in', () => {
  it.each([...pages.keys()])('%s have no cell of more than 200 characters', (path) => {
    expect(longCells(pages.get(path) ?? '')).toEqual([])
  })
})

describe('docs/README.md', () => {
  it('leads to every page of docs', () => {
    const linked = linkedFiles(pages.get('docs/README.md') ?? '').map((target) => join('docs', target))
    const below = [...pages.keys()].filter((path) => path.startsWith('docs/') && path !== 'docs/README.md')
    expect(below.filter((path) => !linked.includes(path))).toEqual([])
  })
})
