import { refuse } from './bytes.js'
import { type Input, type Place, readValue, type Value } from './values.js'

/** Reads the change of an element, which is not deleted by it. */
type ReadChange = (input: Input, base: Value, place: Place) => Value

/** Tag 16. */
export function changeElements(input: Input, base: Value[], place: Place, readChange: ReadChange): Value[] {
  const result = [...base]
  let at = 0
  for (let left = input.bytes.varuint(); left > 0; left--) {
    at += input.bytes.varuint()
    if (at >= base.length) refuse('a change of an element beyond the last')
    result[at] = readChange(input, base[at]!, place)
    at++
  }
  return result
}

/** Tags f0 to ff. */
export function changeElement(input: Input, base: Value[], at: number, place: Place, readChange: ReadChange): Value[] {
  if (at >= base.length) refuse('a change of an element beyond the last')
  return base.with(at, readChange(input, base[at]!, place))
}

/** Tags 18 to 1f. */
export function slideArray(input: Input, base: Value[], number: number, place: Place): Value[] {
  const atEnd = number < 4
  const count = (number % 4) + 1
  if (count > base.length) refuse('more elements go than there are')
  input.met.count(`slide of ${count} to the ${atEnd ? 'end' : 'front'}`)
  const result = atEnd ? base.slice(count) : []
  for (let left = count; left > 0; left--) {
    const template = result.length > 0 ? result[result.length - 1] : base[0]
    result.push(readValue(input, template, place))
  }
  return atEnd ? result : result.concat(base.slice(0, base.length - count))
}

/** Tags e1 to ef. */
export function spliceEnd(input: Input, base: Value[], counts: number, place: Place): Value[] {
  const added = counts % 4
  const gone = (counts - added) / 4
  const last = input.bytes.varuint()
  if (last > base.length || gone > last) refuse('more elements at the end than there are')
  const at = base.length - last
  const result = base.slice(0, at)
  for (let left = added; left > 0; left--) {
    const template = result.length > 0 ? result[result.length - 1] : base[0]
    result.push(readValue(input, template, place))
  }
  input.met.count(`splice of ${gone} for ${added}`)
  return result.concat(base.slice(at + gone))
}

/** Tag 23. */
export function editArray(input: Input, base: Value[], place: Place, readChange: ReadChange): Value[] {
  const { bytes, met } = input
  const result: Value[] = []
  let cursor = 0
  let taken = 0

  /** Takes a run of the base, and moves the cursor behind it. */
  function take(count: number): Value[] {
    const start = cursor + bytes.varint()
    if (start < 0 || start + count > base.length) refuse('an edit takes elements that the base has not')
    taken += count
    if (taken > 2 * base.length) refuse('more than twice as many elements are taken as the base has')
    cursor = start + count
    return base.slice(start, cursor)
  }

  for (;;) {
    const header = bytes.varuint()
    const kind = header % 4
    const count = (header - kind) / 4
    met.count(`edit ${kind}`)
    if (kind === 0) return count === 0 ? result : refuse('an end with a count')
    if (count === 0) refuse('an edit with a count of 0')
    if (kind === 1) for (const element of take(count)) result.push(element)
    else if (kind === 2) {
      for (let index = 0; index < count; index++) {
        const template = result.length > 0 ? result[result.length - 1] : base[0]
        result.push(readValue(input, template, place))
      }
      cursor += count
    } else {
      if (count !== 1) refuse('a changed element with a count other than 1')
      result.push(readChange(input, take(1)[0]!, place))
    }
  }
}
