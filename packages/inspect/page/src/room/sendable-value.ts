import { useMemo } from 'preact/hooks'
import type { NodeKind, StatePath } from '../../../src/shared/look-requests.js'
import type { Ask } from '../live/look.js'
import type { ShowNotice } from '../parts/notice.js'
import { parse } from '../parts/schema-form.js'
import type { History } from './history.js'

/** What may be done to a state. Both reject with the reason. */
export interface StateEdits {
  set(path: StatePath, value: unknown): Promise<void>
  /** @param isFromList true if the places behind it move up */
  remove(path: StatePath, isFromList: boolean): Promise<void>
}

/** Requests for one value: a larger branch is not put together here. */
const mostRequests = 20

/** Kinds whose text says all of the value. A map is written as an object, and bytes as a text: sent back, they would be these. */
const writtenKinds: ReadonlySet<NodeKind> = new Set<NodeKind>(['text', 'number', 'boolean', 'null'])
const numberWords: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

/** True if a value of this kind can be written in a field, and is of the same kind when it comes back. */
export function canBeWritten(kind: NodeKind, size: number): boolean {
  return writtenKinds.has(kind) || ((kind === 'object' || kind === 'array') && size === 0)
}

/** The value that a text says: JSON, or a number that JSON does not have. @returns undefined for any other text */
export function readValue(text: string): { readonly value: unknown } | undefined {
  const word = text.trim()
  return Object.hasOwn(numberWords, word) ? { value: numberWords[word] } : parse(text)
}

/** The kind of a value that was read from a text. */
export function kindOfRead(value: unknown): NodeKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const kind = typeof value
  return kind === 'string' ? 'text' : (kind as 'number' | 'boolean' | 'object')
}

/** The whole text of a value. @throws as a rejection: Error if it is too long to be sent to the page */
export async function wholeText(tree: History['tree'], path: StatePath): Promise<string> {
  const { text = '', cut } = await tree({ path })
  if (cut) throw new Error('This value is too long to be edited here.')
  return text
}

/**
 * The value at a path, exactly as it can be sent back.
 * @returns undefined if it cannot: it has maps or bytes, or it is large
 */
async function sendableValue(tree: History['tree'], path: StatePath): Promise<{ readonly value: unknown } | undefined> {
  let left = mostRequests
  let version: number | undefined
  const read = async (at: StatePath): Promise<{ readonly value: unknown } | undefined> => {
    if (--left < 0) return undefined
    const answer = await tree({ path: at, ...(version !== undefined && { version }) })
    // all parts are those of one moment
    version = answer.version
    const { kind, size, children, text = '', cut } = answer
    if (kind !== 'object' && kind !== 'array') return writtenKinds.has(kind) && !cut ? readValue(text) : undefined
    if (children.length < size) return undefined
    const parts: [key: string | number, value: unknown][] = []
    for (const child of children) {
      const isWhole = canBeWritten(child.kind, child.size) && !child.text.endsWith('…')
      const part = isWhole ? readValue(child.text) : await read([...at, child.key])
      if (part === undefined) return undefined
      parts.push([child.key, part.value])
    }
    return { value: kind === 'array' ? parts.map(([, value]) => value) : Object.fromEntries(parts) }
  }
  return read(path)
}

/** Edits of a live room. What each has replaced is read before, so that the notice of it has a way back. */
export function useEdits(ask: Ask, history: History, show: ShowNotice): StateEdits {
  return useMemo(() => {
    const change = async (path: StatePath, value: { value?: unknown }, done: string, canReturn: boolean) => {
      try {
        // without it the edit is done all the same: a person may be in a hurry
        const before = canReturn ? await sendableValue(history.tree, path).catch(() => undefined) : undefined
        await ask('edit', { path, ...value })
        const undo = (): void => {
          ask('edit', { path, value: before!.value }).then(
            () => show(`${path.join('.')} is as it was before.`),
            (error: Error) => show(error.message, true),
          )
        }
        show(`${path.join('.')} was ${done}.`, false, before === undefined ? undefined : undo)
      } catch (error) {
        show((error as Error).message, true)
        throw error
      }
    }
    return {
      set: (path, value) => change(path, { value }, 'set', true),
      // a value that is set at a place of a list replaces the one that has moved up to it
      remove: (path, isFromList) => change(path, {}, 'deleted', !isFromList),
    }
  }, [ask, history, show])
}
