import { useEffect, useRef, useState } from 'preact/hooks'
import type { NodeKind } from '../../../src/shared/look-requests.js'
import { kindOfRead, readValue } from './sendable-value.js'

export interface ValueEditorProps {
  /** The value as a text. */
  text: string
  kind: NodeKind
  /** True if `text` is only the beginning of it. */
  isCut: boolean
  /** Finds the whole text. Rejects with the reason. */
  load: () => Promise<string>
  label: string
  /** Rejects with the reason. */
  onSave: (value: unknown) => Promise<void>
  onClose: () => void
}

/** A longer text gets more than a line. */
const lineLength = 60

/** A field for another value. It begins with the whole value, and what was not changed is not sent. */
export function ValueEditor({ text, kind, isCut, load, label, onSave, onClose }: ValueEditorProps) {
  // the value goes on meanwhile, the field does not
  const [start, setStart] = useState(isCut ? undefined : text)
  const [value, setValue] = useState(text)
  const [fault, setFault] = useState('')
  const [agreed, setAgreed] = useState<NodeKind>()
  const [isGone, setIsGone] = useState(false)
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  useEffect(() => {
    if (!isCut) return
    load().then(
      (whole) => {
        setStart(whole)
        setValue(whole)
      },
      (error: Error) => {
        setFault(error.message)
        setIsGone(true)
      },
    )
  }, [])
  useEffect(() => {
    if (start !== undefined) input.current?.select()
  }, [start])

  const save = (event: Event): void => {
    event.preventDefault()
    if (start === undefined) return
    if (value === start) return onClose()
    const read = readValue(value)
    if (read === undefined) return setFault('This is no JSON. A text has quotes.')
    const next = kindOfRead(read.value)
    if (next !== kind && next !== agreed) {
      setAgreed(next)
      return setFault(`This makes the ${kind} a value of another kind: ${next}. Press “Set” again if that is meant.`)
    }
    onSave(read.value).catch((error: Error) => setFault(error.message))
  }
  const field = {
    ref: input,
    class: 'mono',
    'aria-label': label,
    'aria-invalid': fault !== '',
    spellcheck: false,
    value,
    onKeyDown: ({ key }: KeyboardEvent) => key === 'Escape' && onClose(),
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      setValue(currentTarget.value)
      setAgreed(undefined)
      setFault('')
    },
  }
  return (
    <form class="editor" onSubmit={save}>
      {start === undefined ? (
        !isGone && <span class="muted">The whole value comes.</span>
      ) : start.length > lineLength ? (
        <textarea {...field} rows={Math.min(8, Math.ceil(start.length / lineLength))} />
      ) : (
        <input {...field} />
      )}
      {!isGone && (
        <button type="submit" disabled={start === undefined}>
          Set
        </button>
      )}
      <button type="button" class="plain" onClick={onClose}>
        Cancel
      </button>
      {fault !== '' && <span class="fault">{fault}</span>}
    </form>
  )
}
