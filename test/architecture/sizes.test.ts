import { describe, expect, it } from 'vitest'
import { codeFiles, readText } from './repository.js'

const linesOf = (file: string) => readText(file).trimEnd().split('\n').length

describe('a file', () => {
  it('has at most 600 lines, and raises a question at 400', () => {
    const lengths = codeFiles().map((file) => ({ file, lines: linesOf(file) }))
    for (const { file, lines } of lengths)
      if (lines > 400) console.log(`note: is it one concept? ${file}: ${lines} lines`)
    expect(lengths.filter(({ lines }) => lines > 600)).toEqual([])
  })
})
