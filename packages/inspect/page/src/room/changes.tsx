import { useState } from 'preact/hooks'
import type { BytesAnswer, BytesQuery, Difference } from '../../../src/shared/look-requests.js'
import { Bar } from '../parts/bars.js'
import { bytes, count, percent, plural, shortNumber } from '../parts/format.js'
import { type History, useAnswer } from './history.js'

export interface ChangesProps {
  history: History
  from: number
  to: number
  clientId: string | undefined
}

/** How two versions differ, place by place. */
export function Changes({ history, from, to, clientId }: ChangesProps) {
  const [search, setSearch] = useState('')
  const question = { from: Math.min(from, to), to: Math.max(from, to), ...(clientId !== undefined && { clientId }) }
  const { answer, fault } = useAnswer(question, history.diff, history.pauseMs)
  const found =
    answer?.differences.filter(({ path }) => pathText(path).toLowerCase().includes(search.toLowerCase())) ?? []
  return (
    <>
      <div class="head line">
        <span>
          version <b>{answer?.from ?? question.from}</b> → <b>{answer?.to ?? question.to}</b>
        </span>
        <span class="muted">{answer && `${plural(found.length, 'change')}${answer.cut ? ' of more' : ''}`}</span>
        <input
          type="search"
          class="search"
          placeholder="Path"
          aria-label="Search paths"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </div>
      {fault !== undefined && <p class="note fault">{fault}</p>}
      <ul class="changes">
        {found.map((difference) => (
          <Row key={pathText(difference.path)} {...difference} />
        ))}
      </ul>
      {answer !== undefined && found.length === 0 && <p class="empty">These versions are equal.</p>}
    </>
  )
}

function Row({ path, kind, before, after }: Difference) {
  return (
    <li class={kind}>
      <code class="path">{pathText(path)}</code>
      <span class="values mono">
        {before !== undefined && <del title={before}>{shortNumber(before)}</del>}
        {before !== undefined && after !== undefined && <i aria-hidden="true">→</i>}
        {after !== undefined && <ins title={after}>{shortNumber(after)}</ins>}
      </span>
    </li>
  )
}

type BytesMode = 'delta' | 'each' | 'snapshot'

const modes: readonly (readonly [BytesMode, label: string, about: string])[] = [
  ['delta', 'One delta', 'one delta between both versions'],
  ['each', 'Each delta', 'the sum of all deltas between both versions'],
  ['snapshot', 'Snapshot', 'all of the newer version, as a client gets it that joins'],
]

/** What the bytes between two versions are spent on, by map and field. */
export function BytesPanel({ history, from, to, clientId }: ChangesProps & { history: Required<History> }) {
  const [mode, setMode] = useState<BytesMode>('each')
  const question: BytesQuery = {
    to: Math.max(from, to),
    ...(mode !== 'snapshot' && { from: Math.min(from, to) }),
    ...(mode === 'each' && { each: true }),
    ...(clientId !== undefined && { clientId }),
  }
  const { answer, fault } = useAnswer(question, history.bytes, history.pauseMs)
  return (
    <>
      <div class="head line">
        <fieldset class="switch" aria-label="What is counted">
          {modes.map(([key, label, about]) => (
            <button key={key} type="button" title={about} aria-pressed={key === mode} onClick={() => setMode(key)}>
              {label}
            </button>
          ))}
        </fieldset>
        {answer !== undefined && <Sum answer={answer} />}
      </div>
      {fault !== undefined && <p class="note fault">{fault}</p>}
      {answer !== undefined && <Parts answer={answer} />}
    </>
  )
}

function Sum({ answer: { total, deltas, from, to } }: { answer: BytesAnswer }) {
  return (
    <span>
      <b>{bytes(total)}</b>{' '}
      <span class="muted">
        {from === undefined
          ? `for version ${to}`
          : `in ${plural(deltas, 'delta')}${deltas > 1 ? `, ${bytes(total / deltas)} each` : ''}, version ${from} → ${to}`}
      </span>
    </span>
  )
}

function Parts({ answer: { parts, others, total } }: { answer: BytesAnswer }) {
  if (parts.length === 0) return <p class="empty">Nothing is sent between these versions.</p>
  const largest = parts[0]!.bytes
  return (
    <div class="scroll">
      <table class="parts">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" aria-label="Bar" />
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ path, bytes: size }) => (
            <tr key={path.join('\n')}>
              <th scope="row">
                <code>{path.join('.')}</code>
              </th>
              <td class="stretch">
                <Bar share={size / largest} colour={path.at(-1) === '(structure)' ? 'c2' : 'c1'} />
              </td>
              <td class="number">{count(Math.round(size * 10) / 10)}</td>
              <td class="number muted">{percent(size / Math.max(1, total))}</td>
            </tr>
          ))}
          {others > 0 && (
            <tr>
              <th scope="row" class="muted">
                others
              </th>
              <td />
              <td class="number">{count(others)}</td>
              <td class="number muted">{percent(others / Math.max(1, total))}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

function pathText(path: readonly (string | number)[]): string {
  return path.length === 0 ? '(all)' : path.join('.')
}
