import { useEffect, useRef, useState } from 'preact/hooks'
import type { PathKey, StatePath, TreeNode } from '../../../src/shared/look-requests.js'
import { count, shortNumber } from '../parts/format.js'
import { parse } from '../parts/schema-form.js'
import { type History, useAnswer } from './history.js'

/** So many children of a node are shown at once. */
const pageSize = 100

export interface TreeProps {
  history: History
  version: number
  /** As this client sees the state. Undefined: all of it. */
  clientId: string | undefined
  /** Sets a value, or deletes it without one. Undefined: nothing can be changed. Rejects with the reason. */
  onEdit: ((path: StatePath, value?: unknown) => Promise<void>) | undefined
}

/** A state as a tree. What is not open is not asked for. */
export function StateTree(props: TreeProps) {
  return (
    <div class="tree">
      <Children {...props} path={[]} />
    </div>
  )
}

function Children({ path, ...props }: TreeProps & { path: StatePath }) {
  const { history, version, clientId } = props
  const [from, setFrom] = useState(0)
  const question = { path, version, ...(clientId !== undefined && { clientId }), from, count: pageSize }
  const { answer, fault } = useAnswer(question, history.tree, history.pauseMs)
  if (answer === undefined) return <p class="muted note">{fault ?? '…'}</p>
  if (answer.children.length === 0 && answer.size === 0) {
    return answer.text === undefined ? <p class="muted note">empty</p> : <pre class="note">{answer.text}</pre>
  }
  return (
    <>
      {fault !== undefined && <p class="note fault">{fault}</p>}
      {path.length === 0 && answer.version < version && (
        <p class="muted note">As of version {answer.version}, the last one before it that is kept.</p>
      )}
      <ul>
        {answer.children.map((node) => (
          <Node key={`${typeof node.key}${node.key}`} {...props} node={node} path={[...path, node.key]} />
        ))}
      </ul>
      {answer.size > pageSize && (
        <p class="note line">
          <button type="button" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - pageSize))}>
            Before
          </button>
          <span class="muted">
            {count(from + 1)} to {count(Math.min(from + pageSize, answer.size))} of {count(answer.size)}
          </span>
          <button type="button" disabled={from + pageSize >= answer.size} onClick={() => setFrom(from + pageSize)}>
            After
          </button>
        </p>
      )}
    </>
  )
}

function Node({ node, path, ...props }: TreeProps & { node: TreeNode; path: StatePath }) {
  const [isOpen, setIsOpen] = useState(false)
  const [isEdited, setIsEdited] = useState(false)
  const { key, kind, text, size } = node
  const { onEdit } = props
  // a text that was cut can be opened, too
  const canOpen = size > 0 || (kind === 'text' && text.endsWith('…'))
  const label = (
    <>
      <span class="key">{keyText(key)}</span>
      {size > 0 && (
        <span class="muted">
          {' '}
          {kind === 'object' ? '' : `${kind} `}
          {count(size)}
        </span>
      )}
    </>
  )
  return (
    <li class={`node ${kind}`}>
      <div class="row">
        {canOpen ? (
          <button type="button" class="plain twist" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <i aria-hidden="true">{isOpen ? '▾' : '▸'}</i>
            {label}
          </button>
        ) : (
          <span class="twist">{label}</span>
        )}
        {isEdited ? (
          <Editor
            text={kind === 'text' ? JSON.stringify(textOf(text)) : text}
            label={`New value of ${path.join('.')}`}
            onSave={async (value) => {
              await onEdit!(path, value)
              setIsEdited(false)
            }}
            onCancel={() => setIsEdited(false)}
          />
        ) : (
          !(isOpen && size > 0) && <Value text={text} />
        )}
        {onEdit !== undefined && !isEdited && (
          <span class="tools">
            {size === 0 && (
              <button
                type="button"
                class="plain"
                aria-label={`Edit ${path.join('.')}`}
                onClick={() => setIsEdited(true)}
              >
                edit
              </button>
            )}
            <button
              type="button"
              class="plain"
              aria-label={`Delete ${path.join('.')}`}
              onClick={() => onEdit(path).catch(() => {})}
            >
              delete
            </button>
          </span>
        )}
      </div>
      {isOpen && <Children {...props} path={path} />}
    </li>
  )
}

/** A value that lights up when it has changed. */
function Value({ text }: { text: string }) {
  const before = useRef(text)
  const changes = useRef(0)
  if (before.current !== text) {
    before.current = text
    changes.current++
  }
  return (
    <span key={changes.current} class={`value ${changes.current > 0 ? 'flash' : ''}`} title={text}>
      {shortNumber(text)}
    </span>
  )
}

function Editor({
  text,
  label,
  onSave,
  onCancel,
}: {
  text: string
  label: string
  onSave: (value: unknown) => Promise<void>
  onCancel: () => void
}) {
  const [value, setValue] = useState(text)
  const [fault, setFault] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const save = (event: Event): void => {
    event.preventDefault()
    const parsed = parse(value)
    if (parsed === undefined) return setFault('This is no JSON. A text has quotes.')
    onSave(parsed.value).catch((error: Error) => setFault(error.message))
  }
  return (
    <form class="editor" onSubmit={save}>
      <input
        ref={input}
        class="mono"
        aria-label={label}
        aria-invalid={fault !== ''}
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Escape' && onCancel()}
      />
      <button type="submit">Set</button>
      <button type="button" class="plain" onClick={onCancel}>
        Cancel
      </button>
      {fault !== '' && <span class="fault">{fault}</span>}
    </form>
  )
}

/** A text as it is, if it comes with quotes. */
function textOf(text: string): unknown {
  const parsed = parse(text)
  return typeof parsed?.value === 'string' ? parsed.value : text
}

function keyText(key: PathKey): string {
  return key === '' ? '""' : String(key)
}
