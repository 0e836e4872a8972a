import { closeCodes } from '@tygase/protocol'
import { describe, expect, it } from 'vitest'
import { codeFiles, filesBelow, readText, workspaces } from './repository.js'

const packages = workspaces().filter((workspace) => workspace.kind === 'package')

interface Code {
  code: string
  /** Whose tests may be the ones that raise it, besides those across packages; nothing: anybody's. */
  folder: string | undefined
}

const errorFiles = (folder: string) =>
  filesBelow(`${folder}/src`, ['errors.ts']).filter((file) => file.endsWith('/errors.ts'))

/** A list `const …ErrorCodes = ['a', 'b']` or a type `type …ErrorCode = 'a' | 'b'`. */
const codeList = /\w*[eE]rrorCodes = \[([^\]]*)\]|type \w*ErrorCode =((?:\s*\|?\s*(?:\/\*\*.*?\*\/\s*)?'\w+')+)/g

/** The codes of errors, from src/errors.ts of each package. */
const errorCodes: Code[] = packages.flatMap(({ folder }) =>
  errorFiles(folder).flatMap((file) =>
    [...readText(file).matchAll(codeList)].flatMap(([list]) =>
      [...list.matchAll(/'(\w+)'/g)].map(([, code]) => ({ code: code ?? '', folder })),
    ),
  ),
)

/** Those and the codes with which sessions end. */
const codes: Code[] = [...errorCodes, ...Object.keys(closeCodes).map((code) => ({ code, folder: undefined }))]

/** The headings of a page from `##` on, without what looks like one inside a code block. */
function headings(page: string): string[] {
  const withoutCode = page.replaceAll(/^```[\s\S]*?^```/gm, '')
  return [...withoutCode.matchAll(/^#{2,} +(.+?) *$/gm)].map(([, heading]) => heading ?? '')
}

describe('the README of a package', () => {
  it.each(packages.map(({ folder }) => [folder]))('is there in %s, and ends with what it does not do', (folder) => {
    expect(filesBelow(folder, ['README.md'])).toContain(`${folder}/README.md`)
    expect(headings(readText(`${folder}/README.md`)).at(-1)).toBe('What this does not do')
  })
})

describe('a code of an error or of an end', () => {
  it('is listed by each package that has errors of its own', () => {
    const folders = packages.map(({ folder }) => folder).filter((folder) => errorFiles(folder).length > 0)
    expect([...new Set(errorCodes.map(({ folder }) => folder))]).toEqual(folders)
  })

  it('has a heading in ERRORS.md', () => {
    const explained = new Set(headings(readText('ERRORS.md')).join('\n').match(/\w+/g))
    expect(codes.filter(({ code }) => !explained.has(code))).toEqual([])
  })

  it('has not been taken away while ERRORS.md still explains it', () => {
    const known = new Set(codes.map(({ code }) => code))
    const explained = headings(readText('ERRORS.md')).flatMap((heading) => [
      ...heading.matchAll(/`([a-z][a-z0-9_]*)`/g),
    ])
    expect(explained.map(([, code]) => code ?? '').filter((code) => !known.has(code))).toEqual([])
  })

  it('occurs in a test of its package or across packages', () => {
    const tests = codeFiles()
      .filter((file) => /\/test\/|^test\//.test(file))
      .map((file) => ({ file, text: readText(file) }))
    const isTested = ({ code, folder }: Code) =>
      tests
        .filter(
          ({ file }) =>
            folder === undefined || file.startsWith(`${folder}/`) || /^(?:test|packages\/testkit)\//.test(file),
        )
        .some(({ text }) => new RegExp(`\\b${code}\\b`).test(text))
    expect(codes.filter((code) => !isTested(code))).toEqual([])
  })
})
