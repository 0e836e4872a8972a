const words = new Uint32Array(2)

/** A number from 0 to below 1, fit for secrets: resume tokens are drawn from it. */
export function secureRandom(): number {
  crypto.getRandomValues(words)
  return (words[0]! * 2 ** 21 + (words[1]! >>> 11)) / 2 ** 53
}
