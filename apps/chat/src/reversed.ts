const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The text from its end, by graphemes: an accent stays on its letter, an emoji stays whole. */
export function reversed(text: string): string {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
    .reverse()
    .join('')
}
