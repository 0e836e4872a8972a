import { maskedSource } from './masked-source.js'

export interface SourceLine {
  /** Counted from 1. */
  number: number
  text: string
  /** What of the line is code: the rest is spaces. */
  code: string
}

export function sourceLines(source: string): SourceLine[] {
  const code = maskedSource(source).split('\n')
  return source.split('\n').map((text, index) => ({ number: index + 1, text, code: code[index] ?? '' }))
}

/**
 * Whether a reason is given for what a line does: `reason:` on the line itself or in the comment right above it, with
 * something after it.
 * @param lines all of the file
 */
export function hasReason(lines: readonly SourceLine[], line: SourceLine): boolean {
  const given = (candidate: SourceLine) => /\breason: \S/.test(candidate.text)
  if (given(line)) return true
  for (let above = line.number - 2; above >= 0; above--) {
    const candidate = lines[above]
    if (candidate === undefined || candidate.code.trim() !== '' || candidate.text.trim() === '') return false
    if (given(candidate)) return true
  }
  return false
}
