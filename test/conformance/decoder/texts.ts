import { type ByteReader, refuse } from './bytes.js'

/** One text: how much of another one it begins with, and the rest. */
export function readText(bytes: ByteReader, other: string): string {
  const shared = bytes.varuint()
  if (shared > other.length) refuse('a text that begins with more than there is')
  return other.slice(0, shared) + bytes.string()
}

/** Texts that are each compared with the one before, the first one with the empty text. */
export function readTexts(bytes: ByteReader, count: number): string[] {
  let before = ''
  return Array.from({ length: count }, () => {
    before = readText(bytes, before)
    return before
  })
}
