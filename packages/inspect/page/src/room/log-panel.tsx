import type { Immutable } from '@tygase/gamestate'
import { useEffect, useState } from 'preact/hooks'
import type { LogAnswer, LogEntry, LogKind, LogQuery } from '../../../src/shared/look-requests.js'
import { shortId } from './names.js'

export interface LogProps {
  /** The newest entries, oldest first, as they come. */
  live: readonly Immutable<LogEntry>[]
  /** Older entries. Undefined: there are none. */
  log: ((query: LogQuery) => Promise<LogAnswer>) | undefined
  /** All data of an entry. Undefined: an entry has no more than it shows. */
  entry: ((number: number) => Promise<{ text: string; cut: boolean }>) | undefined
  onTick: (tick: number) => void
}

const levels: Partial<Record<LogKind, string>> = {
  failed: 'bad',
  refused: 'warn',
  dropped: 'warn',
  suspend: 'warn',
  join: 'good',
  back: 'good',
}
/** So many older entries are asked for at once. */
const pageSize = 50

/** What reached the rules, and how it ended, the newest first. */
export function LogPanel({ live, log, entry, onTick }: LogProps) {
  const [search, setSearch] = useState('')
  const [older, setOlder] = useState<{ entries: readonly LogEntry[]; oldest: number; search: string }>()
  const [isBusy, setIsBusy] = useState(false)
  const fitting = search === '' ? live : live.filter((each) => matches(each, search))
  const known = older?.search === search ? older.entries : []
  const newest = [...fitting].reverse().filter(({ number }) => known.length === 0 || number > known[0]!.number)
  const shown = [...newest, ...known]
  const oldestShown = shown.at(-1)?.number ?? live[0]?.number
  const canLoad =
    log !== undefined &&
    oldestShown !== undefined &&
    (older?.search === search ? oldestShown > older.oldest : oldestShown > 1)

  const loadOlder = async (): Promise<void> => {
    setIsBusy(true)
    try {
      const query = {
        ...(oldestShown !== undefined && { before: oldestShown }),
        count: pageSize,
        ...(search !== '' && { search }),
      }
      const { entries, oldest } = await log!(query)
      // what has left the live end meanwhile stays in the list
      const kept = known.length === 0 ? newest : known
      setOlder({
        entries: [...kept, ...entries],
        oldest: entries.length < pageSize ? (oldestShown ?? 0) : oldest,
        search,
      })
    } finally {
      setIsBusy(false)
    }
  }
  // a search begins with what the server has
  // only another search asks again
  useEffect(() => {
    if (search === '' || log === undefined) return setOlder(undefined)
    const timer = setTimeout(() => {
      log({ search, count: pageSize }).then(
        ({ entries, oldest }) =>
          setOlder({ entries, oldest: entries.length < pageSize ? (entries.at(-1)?.number ?? 0) : oldest, search }),
        () => {},
      )
    }, 200)
    return () => clearTimeout(timer)
  }, [search])

  return (
    <>
      <div class="head line">
        <input
          type="search"
          class="search"
          placeholder="Name, client or code"
          aria-label="Search the log"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </div>
      <ol class="log">
        {shown.map((each) => (
          <Entry key={each.number} entry={each} load={entry} onTick={onTick} />
        ))}
      </ol>
      {shown.length === 0 && <p class="empty">{search === '' ? 'Nothing has happened yet.' : 'No entry matches.'}</p>}
      {canLoad && (
        <p class="note">
          <button type="button" disabled={isBusy} onClick={() => void loadOlder().catch(() => {})}>
            Older entries
          </button>
        </p>
      )}
    </>
  )
}

function Entry({
  entry: { number, tick, kind, name, clientId, text, outcome },
  load,
  onTick,
}: {
  entry: Immutable<LogEntry>
  load: LogProps['entry']
  onTick: (tick: number) => void
}) {
  const [whole, setWhole] = useState<string>()
  const canOpen = load !== undefined && text.endsWith('…')
  const open = (): void => {
    if (whole !== undefined) return setWhole(undefined)
    load!(number).then(
      (answer) => setWhole(answer.text + (answer.cut ? '…' : '')),
      (error: Error) => setWhole(error.message),
    )
  }
  return (
    <li>
      <button type="button" class="plain tick" title="Show this version" onClick={() => onTick(tick)}>
        {tick}
      </button>
      <span class={`tag ${levels[kind] ?? ''}`}>{kind}</span>
      <span class="what">
        {name !== '' && <b>{name}</b>} {text !== '' && text !== '…' && <code>{text}</code>}
        {canOpen && (
          <button type="button" class="plain more" aria-expanded={whole !== undefined} onClick={open}>
            {whole !== undefined ? 'less' : kind === 'failed' ? 'stack' : 'all'}
          </button>
        )}
        {outcome !== '' && <span class={outcomeClass(kind)}> {outcome}</span>}
        {whole !== undefined && <pre>{whole}</pre>}
      </span>
      <span class="muted mono" title={clientId}>
        {clientId === '' ? 'server' : shortId(clientId)}
      </span>
    </li>
  )
}

function outcomeClass(kind: LogKind): string {
  const level = levels[kind]
  return level === 'bad' ? 'fault' : level === 'warn' ? 'warn' : 'muted'
}

function matches({ name, clientId, outcome }: Immutable<LogEntry>, search: string): boolean {
  const wanted = search.toLowerCase()
  return [name, clientId, outcome].some((text) => text.toLowerCase().includes(wanted))
}
