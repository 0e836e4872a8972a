/** In characters as people count them. */
const maxNameLength = 24

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const form = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u

/**
 * A name in the form in which it is kept.
 * @returns undefined for what can be none: it begins with a letter or digit, and has letters, digits, `.`, `_` and `-`
 */
export function nameOf(raw: string): string | undefined {
  if (raw.length > maxNameLength * 4) return undefined
  const name = raw.trim().normalize('NFKC')
  return form.test(name) && [...segmenter.segment(name)].length <= maxNameLength ? name : undefined
}

/** By what names are the same: nobody is `Ada` beside `ada`. */
export function nameKey(name: string): string {
  return name.toLowerCase().normalize('NFKC')
}
