import { useRef, useState } from 'preact/hooks'
import type { NodeKind, PathKey, StatePath, TreeNode } from '../../../src/shared/look-requests.js'
import { AskingButton } from '../parts/asking-button.js'
import { count, plural, shortNumber } from '../parts/format.js'
import { type History, useAnswer } from './history.js'
import { canBeWritten, type StateEdits, wholeText } from './sendable-value.js'
import { ValueEditor } from './value-editor.js'

/** So many children of a node are shown at once. */
const pageSize = 100

export interface TreeProps {
  history: History
  version: number
  /** As this client sees the state. Undefined: all of it. */
  clientId: string | undefined
  /** Undefined: nothing can be changed. */
  edits: StateEdits | undefined
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
  const wanted = { path, version, ...(clientId !== undefined && { clientId }), from, count: pageSize }
  const { answer, question, fault } = useAnswer(wanted, history.tree, history.pauseMs)
  if (answer === undefined) return <p class="muted note">{fault ?? '…'}</p>
  if (answer.children.length === 0 && answer.size === 0) {
    return answer.text === undefined ? <p class="muted note">empty</p> : <pre class="note">{answer.text}</pre>
  }
  return (
    <>
      {fault !== undefined && <p class="note fault">{fault}</p>}
      {path.length === 0 && question !== undefined && answer.version < question.version && (
        <p class="muted note">As of version {answer.version}, the last one up to here that is kept.</p>
      )}
      <ul>
        {answer.children.map((node) => (
          <Node
            key={`${typeof node.key}${node.key}`}
            {...props}
            node={node}
            parent={answer.kind}
            path={[...path, node.key]}
          />
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

function Node({ node, parent, path, ...props }: TreeProps & { node: TreeNode; parent: NodeKind; path: StatePath }) {
  const [isOpen, setIsOpen] = useState(false)
  const [isEdited, setIsEdited] = useState(false)
  const { key, kind, text, size } = node
  const { edits, history } = props
  const isCut = text.endsWith('…')
  // what was open stays away when the newest state is shown again
  if (isEdited && edits === undefined) setIsEdited(false)
  // a text that was cut can be opened, too
  const canOpen = size > 0 || (isCut && (kind === 'text' || kind === 'bytes'))
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
        {isEdited && edits !== undefined ? (
          <ValueEditor
            {...{ text, kind, isCut }}
            load={() => wholeText(history.tree, path)}
            label={`New value of ${path.join('.')}`}
            onSave={async (value) => {
              await edits.set(path, value)
              setIsEdited(false)
            }}
            onClose={() => setIsEdited(false)}
          />
        ) : (
          !(isOpen && size > 0) && <Value text={text} />
        )}
        {edits !== undefined && !isEdited && (
          <span class="tools">
            {canBeWritten(kind, size) && (
              <button
                type="button"
                class="plain"
                aria-label={`Edit ${path.join('.')}`}
                onClick={() => setIsEdited(true)}
              >
                edit
              </button>
            )}
            <Delete node={node} parent={parent} path={path} edits={edits} />
          </span>
        )}
      </div>
      {isOpen && <Children {...props} path={path} />}
    </li>
  )
}

/** A value that can be written is deleted at once, as it can be brought back. All else is asked about. */
function Delete({
  node: { kind, size },
  parent,
  path,
  edits,
}: {
  node: TreeNode
  parent: NodeKind
  path: StatePath
  edits: StateEdits
}) {
  const name = `Delete ${path.join('.')}`
  const isFromList = parent === 'array'
  // the reason is shown as a notice
  const remove = (): void => void edits.remove(path, isFromList).catch(() => {})
  if (canBeWritten(kind, size) && !isFromList) {
    return (
      <button type="button" class="plain" aria-label={name} onClick={remove}>
        delete
      </button>
    )
  }
  const parts = size === 0 ? '' : ` with ${plural(size, kind === 'map' ? 'row' : 'part')}`
  return <AskingButton label="delete" name={name} question={`Delete ${path.at(-1)}${parts}?`} onConfirm={remove} />
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

function keyText(key: PathKey): string {
  return key === '' ? '""' : String(key)
}
