/**
 * A stream of numbers in [0, 1), named by integers: the same integers give the same stream on every machine.
 * The generator is sfc32 of the PractRand suite by Chris Doty-Humphrey. Its state is filled by hashing the names with
 * the finaliser of MurmurHash3 by Austin Appleby, so that neighbouring names give unrelated streams.
 *
 * @param names any integers, taken modulo 2^32: a seed, a tick, a place within the tick
 */
export function createRandom(...names: readonly number[]): () => number {
  let hash = 0x9e3779b9
  for (const name of names) hash = mix(hash ^ mix(name | 0))
  let a = mix(hash + 1)
  let b = mix(hash + 2)
  let c = mix(hash + 3)
  let counter = 1
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }
}

/** An integer of 32 bits that names a text: the same text gives the same integer on every machine. */
export function hashText(text: string): number {
  let hash = mix(text.length + 1)
  for (let index = 0; index < text.length; index++) hash = mix(hash ^ text.charCodeAt(index))
  return hash
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
