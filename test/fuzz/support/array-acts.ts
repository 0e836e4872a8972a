import { type Choices, pick } from '../dice.js'

/** What is done to an array: to a draft of a version and to a plain one alike. */
export type ArrayAct = (array: unknown[]) => void

type Draw = (choices: Choices, length: number, kind: ArrayKind) => ArrayAct

/** All that a program may do to an array, but for what leaves holes, which no state may have. */
const draws: Readonly<Record<string, Draw>> = {
  push: (choices, _length, { element }) => {
    const added = Array.from({ length: 1 + choices.below(3) }, element)
    return (array) => void array.push(...copied(added))
  },
  pop: () => (array) => void array.pop(),
  shift: () => (array) => void array.shift(),
  unshift: (choices, _length, { element }) => {
    const added = Array.from({ length: 1 + choices.below(2) }, element)
    return (array) => void array.unshift(...copied(added))
  },
  splice: (choices, length, { element }) => {
    const at = choices.below(length + 1)
    const removed = choices.below(5)
    const added = Array.from({ length: choices.below(4) }, element)
    return (array) => void array.splice(at, removed, ...copied(added))
  },
  sort: (choices, _length, { compare }) => {
    const isFalling = choices.below(2) === 1
    return (array) => void array.sort((one, other) => compare(one as never, other as never) * (isFalling ? -1 : 1))
  },
  reverse: () => (array) => void array.reverse(),
  set: (choices, length, { element }) => {
    const at = choices.below(length + 1)
    const value = element()
    return (array) => {
      array[at] = copied([value])[0]
    }
  },
  length: (choices, length) => {
    const shorter = choices.below(length + 1)
    return (array) => {
      array.length = shorter
    }
  },
  rotate: () => (array) => {
    if (array.length > 0) array.push(array.shift())
  },
  swap: (choices, length) => {
    const [one, other] = [choices.below(length), choices.below(length)]
    return (array) => {
      if (array.length === 0) return
      ;[array[one], array[other]] = [array[other], array[one]]
    }
  },
  copyWithin: (choices, length) => {
    const [to, from, until] = [choices.below(length + 1), choices.below(length + 1), choices.below(length + 1)]
    // a plain program would have one object in two places then, for ever; a version is a tree
    return (array) => {
      if (typeof array[0] !== 'object') array.copyWithin(to, from, until)
    }
  },
  fill: (choices, length, { element }) => {
    const [from, until] = [choices.below(length + 1), choices.below(length + 1)]
    const value = element()
    return (array) => {
      for (let at = from; at < until; at++) array[at] = copied([value])[0]
    }
  },
}

export const arrayActs: readonly string[] = Object.keys(draws)
const shrinking = ['pop', 'shift', 'length', 'splice']

/** What may be done to an array of one kind. */
export interface ArrayKind {
  /** Arrays grow to about so many elements. */
  readonly usualLength: number
  readonly element: () => unknown
  readonly compare: (one: never, other: never) => number
}

/** @param length of the array at that time */
export function drawArrayAct(choices: Choices, length: number, kind: ArrayKind): ArrayAct {
  const names = length > kind.usualLength ? shrinking : arrayActs
  return draws[pick(choices, names)]!(choices, length, kind)
}

/** Each array gets elements of its own, so that a change in one is not one in the other. */
function copied(elements: readonly unknown[]): unknown[] {
  return structuredClone(elements) as unknown[]
}
