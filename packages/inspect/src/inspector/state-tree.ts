import { EntityMap } from '@tygase/gamestate'
import { isBytes, isPlainObject } from '@tygase/gamestate/internal'
import type { NodeKind, PathKey, StatePath, TreeAnswer, TreeNode } from '../shared/look-requests.js'

/** Characters of a value in a list. */
const previewLength = 120
/** Characters of a value that is shown in full. */
export const fullLength = 16_384
/** Children in one answer, and bytes that they may take: a key may be long. */
const mostChildren = 200
export const mostAnswerBytes = 40 * 1024
/** Bytes that a node takes besides its key and its text. */
const nodeBytes = 64
/** Keys of a path. */
const mostPathKeys = 32
/** A longer key is cut in lists; what is below it cannot be asked for. */
const mostKeyLength = 1000

/** Stands for a value that is not there. */
export const absent = Symbol('absent')

/** Sort of a value, and the number of its children. */
export function kindOfNode(value: unknown): NodeKind {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'undefined':
      return 'undefined'
  }
  if (value instanceof EntityMap) return 'map'
  if (Array.isArray(value)) return 'array'
  if (isBytes(value)) return 'bytes'
  return isPlainObject(value) ? 'object' : 'other'
}

/** Number of children. */
export function sizeOf(value: unknown): number {
  if (value instanceof EntityMap) return value.size
  if (Array.isArray(value)) return value.length
  return isPlainObject(value) ? Object.keys(value).length : 0
}

/** The child of a key: an own one of an object, an index of an array, a row. Never what a prototype has. */
export function childAt(value: unknown, key: PathKey): unknown {
  if (value instanceof EntityMap) {
    const map = value as EntityMap<object, PathKey>
    return map.has(key) ? map.get(key) : absent
  }
  if (Array.isArray(value)) {
    return typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < value.length ? value[key] : absent
  }
  if (!isPlainObject(value) || typeof key !== 'string') return absent
  return Object.hasOwn(value, key) ? value[key] : absent
}

/** The value at a path. */
export function valueAt(state: unknown, path: StatePath): unknown {
  let value = state
  for (const key of path) {
    value = childAt(value, key)
    if (value === absent) return absent
  }
  return value
}

/** True for what a page may give as a path. */
export function isPath(value: unknown): value is StatePath {
  return (
    Array.isArray(value) &&
    value.length <= mostPathKeys &&
    value.every((key) => (typeof key === 'string' ? key.length <= mostKeyLength : Number.isFinite(key)))
  )
}

/** The children of a value in their order, without building those that are left out. */
export function* childrenOf(value: unknown): Generator<readonly [key: PathKey, child: unknown], void, void> {
  if (value instanceof EntityMap) yield* value as EntityMap<object, PathKey>
  else if (Array.isArray(value)) yield* value.entries()
  else if (isPlainObject(value)) for (const key of Object.keys(value)) yield [key, value[key]]
}

/**
 * A node with some of its children.
 * @param value the node
 * @param from how many children are left out
 * @param count of children; fewer come if they are large
 */
export function treeAnswer(version: number, value: unknown, from = 0, count = mostChildren): TreeAnswer {
  const kind = kindOfNode(value)
  const size = sizeOf(value)
  if (kind !== 'object' && kind !== 'array' && kind !== 'map') {
    const { text, cut } = textOf(value, fullLength)
    return { version, kind, size, from: 0, children: [], text, cut }
  }
  const children: TreeNode[] = []
  let bytes = 0
  let place = 0
  for (const [key, child] of childrenOf(value)) {
    if (place++ < from) continue
    if (children.length >= Math.min(count, mostChildren)) break
    const node = nodeOf(key, child)
    bytes += nodeBytes + textBytes(String(node.key)) + textBytes(node.text)
    if (bytes > mostAnswerBytes) break
    children.push(node)
  }
  return { version, kind, size, from, children }
}

function nodeOf(key: PathKey, value: unknown): TreeNode {
  const shown = typeof key === 'string' && key.length > mostKeyLength ? `${key.slice(0, mostKeyLength)}…` : key
  return { key: shown, kind: kindOfNode(value), text: previewOf(value), size: sizeOf(value) }
}

/** A value for people, in a line. */
export function previewOf(value: unknown): string {
  const { text, cut } = textOf(value, previewLength - 1)
  return cut ? `${text}…` : text
}

/** A value as JSON, with maps as objects and bytes as hexadecimal text. It never takes more time than its length. */
export function textOf(value: unknown, most: number): { readonly text: string; readonly cut: boolean } {
  const pieces: string[] = []
  let left = most
  let depth = 0
  const add = (piece: string): void => {
    pieces.push(piece.length > left ? piece.slice(0, Math.max(0, left)) : piece)
    left -= piece.length
  }
  const write = (part: unknown): void => {
    if (left < 0) return
    const kind = kindOfNode(part)
    if (kind === 'text') return add(JSON.stringify((part as string).slice(0, left + 1)))
    if (kind === 'bytes') return add(JSON.stringify(hexOf(part as Uint8Array, left)))
    if (kind !== 'object' && kind !== 'array' && kind !== 'map') return add(plainText(part))
    if (depth >= mostPathKeys) return add('…')
    depth++
    const isList = kind === 'array'
    add(isList ? '[' : '{')
    let isFirst = true
    for (const [key, child] of childrenOf(part)) {
      if (left < 0) break
      if (!isFirst) add(',')
      isFirst = false
      if (!isList) add(`${JSON.stringify(String(key).slice(0, left + 1))}:`)
      write(child)
    }
    add(isList ? ']' : '}')
    depth--
  }
  write(value)
  return { text: pieces.join(''), cut: left < 0 }
}

function hexOf(bytes: Uint8Array, most: number): string {
  return Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Of a value without parts. Numbers that JSON does not have are words. */
function plainText(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value)
  return String(value)
}

/** Bytes of a text as UTF-8, two more for each pair of surrogates. The page runs this file, too: it has no `Buffer`. */
export function textBytes(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) bytes += code > 0x7ff ? 2 : 1
  }
  return bytes
}
