import { refuse } from './bytes.js'
import { readIntegers } from './integers.js'
import type { Input } from './values.js'

/** @returns at least one number, rising, each below `limit` */
export function readSet(input: Input, limit: number): number[] {
  const header = input.bytes.varuint()
  const form = header % 4
  const count = (header - form) / 4
  if (form !== 3 && count > limit) refuse('a set with more numbers than there are')
  input.met.count(`set ${form}`)
  const set = readForm(input, form, count, limit)
  if (set.length === 0) refuse('a set with nothing in it')
  return set
}

function readForm(input: Input, form: number, count: number, limit: number): number[] {
  const { bytes } = input
  const set: number[] = []
  let next = 0

  function add(number: number): void {
    if (number >= limit) refuse('a number that is too high for the set')
    set.push(number)
    next = number + 1
  }

  if (form === 0) {
    for (const gap of readIntegers(input, count)) {
      if (gap < 0) refuse('a set that does not rise')
      add(next + gap)
    }
  } else if (form === 1) {
    for (let run = 0; run < count; run++) {
      const start = next + bytes.varuint()
      const last = start + bytes.varuint()
      for (let number = start; number <= last; number++) add(number)
    }
  } else if (form === 2) {
    const first = bytes.varuint()
    for (const [index, byte] of bytes.raw(count).entries())
      for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) add(first + 8 * index + bit)
  } else {
    if (count >= 2 ** 19) refuse('a set of form 3 that is not below 2^19')
    for (let bit = 0; bit < 19; bit++) if ((count >> bit) & 1) add(bit)
  }
  return set
}
