/**
 * Makes a text of another client safe for a terminal: it cannot move the cursor, change colours or turn the direction of
 * writing. Line ends become spaces; the joiner within emoji stays.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(/(?!\u200d)[\p{Cc}\p{Cf}]/gu, '')
}
