import { describe, expect, it } from 'vitest'
import { codeBlocks, filesOf } from './code-blocks.js'

const fenced = (info: string, ...lines: string[]) => [`\`\`\`${info}`, ...lines, '```']
const page = (...lines: (string | string[])[]) => lines.flat().join('\n')

describe('codeBlocks', () => {
  it('finds a block of TypeScript and the line on which its code begins', () => {
    expect(codeBlocks(page('# Title', '', fenced('ts', 'a', 'b'), 'end'))).toEqual([
      { file: 'line-4.ts', line: 4, code: 'a\nb' },
    ])
  })

  it('finds a block of TypeScript with elements of React', () => {
    expect(codeBlocks(page(fenced('tsx', 'a')))).toEqual([{ file: 'line-2.tsx', line: 2, code: 'a' }])
  })

  it('takes the name of the file from the mark', () => {
    expect(codeBlocks(page(fenced('ts file=game.ts', 'a')))).toEqual([{ file: 'game.ts', line: 2, code: 'a' }])
  })

  it('leaves out what is in another language, and what is TypeScript only inside of it', () => {
    expect(codeBlocks(page(fenced('sh', 'npm test'), fenced('', 'x'), '````md', fenced('ts', 'a'), '````'))).toEqual([])
  })

  it('finds a block that is indented in a list', () => {
    expect(codeBlocks(page('- x', '  ```ts', '  a', '  ```'))).toEqual([{ file: 'line-3.ts', line: 3, code: '  a' }])
  })

  it('finds nothing in a page without code', () => {
    expect(codeBlocks('')).toEqual([])
  })
})

describe('filesOf', () => {
  it('puts every line where it is in the page, also when blocks make one file together', () => {
    const text = page(
      '',
      fenced('ts file=a.ts', 'one'),
      'between',
      fenced('ts', 'alone'),
      fenced('ts file=a.ts', 'two', 'three'),
    )
    const files = filesOf(codeBlocks(text))
    expect([...files.keys()]).toEqual(['a.ts', 'line-7.ts'])
    const pageLines = text.split('\n')
    for (const file of files.values()) {
      const lines = file.split('\n').map((line, index) => [line, pageLines[index]])
      expect(lines.filter(([line, ofPage]) => line !== '' && line !== ofPage)).toEqual([])
    }
    expect(files.get('a.ts')?.replaceAll(/\n+/g, ' ').trim()).toBe('one two three')
  })
})
