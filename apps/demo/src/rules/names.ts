/** Longest name, in graphemes: an emoji of several parts is one. */
export const maxNameLength = 16
/** Longest name in UTF-16 units, against piles of marks on one letter. */
const maxNameUnits = 48

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Turns a text into a name that can be shown anywhere: one line, no invisible or direction-changing characters, at most
 * `maxNameLength` graphemes. A text with nothing left to show becomes `Player`.
 */
export function cleanName(raw: string): string {
  const visible = raw
    .normalize('NFC')
    .toWellFormed()
    .replace(/[^\S\ufeff]+/gu, ' ')
    // the joiner between the parts of an emoji stays; all other controls, formats and unassigned characters go
    .replace(/(?!\u200d)[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\ufffd]/gu, '')
    .trim()
  let name = ''
  let letters = 0
  for (const { segment } of segmenter.segment(visible)) {
    if (letters === maxNameLength || name.length + segment.length > maxNameUnits) break
    name += segment
    letters++
  }
  name = name.trim()
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(name) ? name : 'Player'
}

/** The name, with a number behind it if another player has it (in any case of letters). */
export function uniqueName(name: string, taken: Iterable<string>): string {
  const others = new Set([...taken].map((other) => other.toLowerCase()))
  if (!others.has(name.toLowerCase())) return name
  for (let number = 2; ; number++) {
    const candidate = `${name} ${number}`
    if (!others.has(candidate.toLowerCase())) return candidate
  }
}
