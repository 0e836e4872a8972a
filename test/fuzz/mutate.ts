import { type Dice, pick } from './dice.js'

/** No mutation makes an input longer than this. */
const maxInputBytes = 4096

/** Bytes that formats tend to give a meaning to: ends of ranges, and varuints that are far too large. */
const hardBytes = [0, 1, 2, 127, 128, 129, 192, 224, 254, 255]
export const hardRuns: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0x7f],
  [0x80, 0x00],
  [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  [0, 0, 0, 0, 0, 0, 0xf0, 0x7f],
]

/** A name that is as long as the one which no object may have, and which values that are drawn do have. */
export const standIn = '__prot0__'
const forbidden = 'o'.charCodeAt(0)

/** What a mutation may put into an input. */
export interface Stock {
  readonly other: Uint8Array
  readonly words: readonly (readonly number[])[]
}

type Mutation = (bytes: Uint8Array, dice: Dice, stock: Stock) => Uint8Array

const mutations: readonly Mutation[] = [
  (bytes, dice) => set(bytes, dice, (byte) => byte ^ (1 << dice.below(8))),
  (bytes, dice) => set(bytes, dice, () => dice.below(256)),
  (bytes, dice) => set(bytes, dice, () => hardBytes[dice.below(hardBytes.length)]!),
  (bytes, dice) => set(bytes, dice, (byte) => byte + dice.below(9) - 4),
  (bytes, dice) => splice(bytes, dice.below(bytes.length), 1 + dice.below(4), []),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), 0, dice.bytes(1 + dice.below(4))),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), dice.below(2), hardRuns[dice.below(hardRuns.length)]!),
  (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1)),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), 0, part(bytes, dice)),
  (bytes, dice, { other }) => splice(bytes, dice.below(bytes.length + 1), dice.below(8), part(other, dice)),
  (bytes, dice, { other }) => splice(bytes, dice.below(bytes.length + 1), maxInputBytes, part(other, dice)),
  (bytes, dice, { words }) => splice(bytes, dice.below(bytes.length + 1), dice.below(3), pick(dice, words)),
  (bytes, dice, { words }) => splice(bytes, dice.below(bytes.length), 1, pick(dice, words)),
  forbid,
]

/** @returns the input changed in one place or a few, sometimes with a part of another one in it */
export function mutate(input: Uint8Array, dice: Dice, stock: Stock): Uint8Array {
  let bytes = input
  for (let count = 1 + dice.below(dice.below(4) + 1); count > 0; count--) {
    bytes = mutations[dice.below(mutations.length)]!(bytes, dice, stock)
  }
  return bytes.subarray(0, maxInputBytes)
}

function set(bytes: Uint8Array, dice: Dice, change: (byte: number) => number): Uint8Array {
  const changed = bytes.slice()
  const place = dice.below(bytes.length)
  if (bytes.length > 0) changed[place] = change(bytes[place]!)
  return changed
}

function splice(bytes: Uint8Array, at: number, removed: number, added: ArrayLike<number>): Uint8Array {
  const rest = bytes.subarray(at + removed)
  const changed = new Uint8Array(at + added.length + rest.length)
  changed.set(bytes.subarray(0, at))
  changed.set(added, at)
  changed.set(rest, at + added.length)
  return changed
}

function part(bytes: Uint8Array, dice: Dice): Uint8Array {
  const start = dice.below(bytes.length)
  return bytes.subarray(start, start + 1 + dice.below(24))
}

/** Turns the first name that stands in for the forbidden one into that one. */
function forbid(bytes: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(standIn)
  if (at < 0) return bytes
  const changed = bytes.slice()
  changed[at + standIn.indexOf('0')] = forbidden
  return changed
}
