import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import { malformed } from '../malformed.js'

/**
 * Writes texts, each as how many units it shares with the beginning of another one, and what is new.
 * @param others the texts to compare with; undefined: each with the one before
 */
export function writeTexts(bytes: ByteWriter, texts: readonly string[], others: readonly unknown[] | undefined): void {
  let previous = ''
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index]!
    const other = others === undefined ? previous : textOf(others[index])
    const shared = commonStart(other, text)
    bytes.writeVarUint(shared)
    bytes.writeString(text.slice(shared))
    previous = text
  }
}

/** Reads what `writeTexts` wrote. */
export function readTexts(bytes: ByteReader, count: number, others: readonly unknown[] | undefined): string[] {
  if (count * 2 > bytes.remaining) throw malformed('more texts than bytes')
  const texts: string[] = []
  let previous = ''
  for (let index = 0; index < count; index++) {
    const other = others === undefined ? previous : textOf(others[index])
    const shared = bytes.readVarUint()
    if (shared > other.length) throw malformed('a text shares more than there is')
    previous = other.slice(0, shared) + bytes.readString()
    texts.push(previous)
  }
  return texts
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** How many units both begin with. */
export function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  // never between the two halves of a character: each part is written as a text of its own
  if (length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--
  return length
}
