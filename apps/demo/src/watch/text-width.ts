const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]|\p{Emoji_Presentation}|\ufe0f/u

/** The columns of a terminal that a text takes. */
export function textWidth(text: string): number {
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1
  return width
}

/** The text in exactly so many columns: padded with spaces, or cut off with an ellipsis. */
export function inColumns(text: string, columns: number): string {
  // a name must not control the terminal
  const plain = text.replace(/(?!\u200d)\p{C}/gu, '')
  if (textWidth(plain) <= columns) return plain + ' '.repeat(columns - textWidth(plain))
  let cut = ''
  for (const { segment } of segmenter.segment(plain)) {
    if (textWidth(cut + segment) > columns - 1) break
    cut += segment
  }
  return `${cut}…${' '.repeat(columns - 1 - textWidth(cut))}`
}
