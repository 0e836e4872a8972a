import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import { malformed } from '../../values/plain.js'
import { commonStart } from '../values/common-start.js'

/**
 * Writes texts, each as the number of units it shares with the beginning of another text, and the rest.
 * @param others the other texts; undefined: each text is compared with the one before
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
  if (count * 2 > bytes.remaining) throw malformed()
  const texts: string[] = []
  let previous = ''
  for (let index = 0; index < count; index++) {
    const other = others === undefined ? previous : textOf(others[index])
    const shared = bytes.readVarUint()
    if (shared > other.length) throw malformed()
    previous = other.slice(0, shared) + bytes.readString()
    texts.push(previous)
  }
  return texts
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
