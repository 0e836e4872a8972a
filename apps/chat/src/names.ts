/** In graphemes. */
const maxNameLength = 24

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const form = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u

/**
 * Brings a name into the form in which it is kept.
 * @returns undefined for a text that is no name: it begins with a letter or digit, and has letters, digits, `.`, `_` and `-`
 */
export function nameOf(raw: string): string | undefined {
  if (raw.length > maxNameLength * 4) return undefined
  const name = raw.trim().normalize('NFKC')
  return form.test(name) && [...segmenter.segment(name)].length <= maxNameLength ? name : undefined
}

/** Two names with the same key count as the same: there is no `Ada` beside `ada`. */
export function nameKey(name: string): string {
  return name.toLowerCase().normalize('NFKC')
}
