/** The number of UTF-16 units that both texts begin with. */
export function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  // never between two surrogates: the rest is written as a text of its own
  if (length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--
  return length
}
