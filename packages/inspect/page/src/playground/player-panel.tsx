import type { Connection } from '@tygase/client'
import type { Immutable } from '@tygase/gamestate'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { EventInfo } from '../../../src/shared/look-game.js'
import type { PlaygroundKind } from '../../../src/shared/playground-answer.js'
import { ms } from '../parts/format.js'
import { firstValue, readSchema } from '../parts/json-schema.js'
import { historyOfStates } from '../parts/local-history.js'
import { JsonInput, SchemaForm } from '../parts/schema-form.js'
import { shortId } from '../room/names.js'
import { StateTree } from '../room/state-tree.js'
import { type Player, type PlayerEntry, usePlayer } from './player.js'

export interface PlayerPanelProps {
  number: number
  kind: PlaygroundKind
  url: URL
  onJoin: (connection: Connection) => void
  /** Lets a lost player in as soon as the server is there again, by the game that it has then. */
  onLost: (join: (kind: PlaygroundKind, url: URL) => Promise<void>, signal: AbortSignal) => void
  /** Undefined: this player stays. */
  onRemove: (() => void) | undefined
}

/** One player: it joins, sends events, and shows the state that it gets. */
export function PlayerPanel({ number, kind, url, onJoin, onLost, onRemove }: PlayerPanelProps) {
  const player = usePlayer(onJoin)
  const { connection, status } = player
  const given = useRef<{ schema: string; data: unknown; credentials: unknown }>(undefined)
  const join = (at: PlaygroundKind, to: URL, data: unknown, credentials: unknown): Promise<void> => {
    given.current = { schema: at.joinData.schema, data, credentials }
    return player.join(at, to, data, credentials)
  }
  useEffect(() => {
    if (status !== 'lost') return
    const gone = new AbortController()
    onLost((now, to) => {
      const { schema, data, credentials } = given.current!
      // what was given to another schema may not fit this one
      const fitting = now.joinData.schema === schema ? data : firstJoinData(now, number)
      return join(now, to, now.joinData.hasSchema ? fitting : undefined, credentials)
    }, gone.signal)
    return () => gone.abort()
  }, [status])
  const level = status === 'connected' ? 'good' : status === 'out' ? '' : 'warn'
  return (
    <section class="panel player" aria-label={`Player ${number}`}>
      <header>
        <h2>
          <i class={`dot ${level}`} aria-hidden="true" />
          Player {number}
        </h2>
        {connection !== undefined && (
          <span class="muted">
            <code title={connection.clientId}>{shortId(connection.clientId)}</code>
            {connection.isHost && ' · host'} ·{' '}
            {ms(connection.rttMs === undefined ? undefined : Math.round(connection.rttMs))}
          </span>
        )}
        <div class="end">
          {status === 'connected' && (
            <button type="button" onClick={player.leave}>
              Leave
            </button>
          )}
          {status === 'lost' && (
            <button type="button" onClick={player.giveUp}>
              Stay out
            </button>
          )}
          {onRemove !== undefined && status === 'out' && (
            <button type="button" class="plain" onClick={onRemove}>
              Remove
            </button>
          )}
        </div>
      </header>
      {status === 'lost' ? (
        <p class="note" role="status">
          The session is lost. As soon as the server is there again, this player joins anew.
        </p>
      ) : connection === undefined ? (
        <JoinForm
          key={kind.joinData.schema}
          {...{ kind, number, url }}
          isBusy={status === 'connecting'}
          onJoin={(data, credentials) => void join(kind, url, data, credentials)}
        />
      ) : (
        <Play kind={kind} player={player} connection={connection} />
      )}
      <Entries entries={player.entries} />
    </section>
  )
}

interface JoinFormProps {
  kind: PlaygroundKind
  number: number
  url: URL
  isBusy: boolean
  onJoin: (data: unknown, credentials: unknown) => void
}

function JoinForm({ kind, number, url, isBusy, onJoin }: JoinFormProps) {
  const schema = readSchema(kind.joinData.schema)
  const [data, setData] = useState<unknown>(() => firstJoinData(kind, number))
  const [credentials, setCredentials] = useState<unknown>()
  const join = (event: Event): void => {
    event.preventDefault()
    onJoin(kind.joinData.hasSchema ? data : undefined, credentials)
  }
  return (
    <form class="form note" onSubmit={join}>
      {kind.joinData.hasSchema && <SchemaForm schema={schema} value={data} onChange={setData} />}
      {kind.hasAuth && (
        <div class="stack">
          <span class="muted">Credentials, as the server’s auth takes them</span>
          <JsonInput label="Credentials" value={credentials} onChange={setCredentials} />
        </div>
      )}
      <div class="line">
        <button type="submit" class="primary" disabled={isBusy}>
          Join
        </button>
        <code class="muted">{url.pathname}</code>
      </div>
    </form>
  )
}

/** What a form begins with. */
function firstJoinData({ joinData }: PlaygroundKind, number: number): unknown {
  const schema = readSchema(joinData.schema)
  return schema && withName(firstValue(schema), number)
}

/** A name that people tell apart, in place of the empty one. */
function withName(value: unknown, number: number): unknown {
  const isNamed = typeof value === 'object' && value !== null && (value as { name?: unknown }).name === ''
  return isNamed ? { ...value, name: `Player ${number}` } : value
}

function Play({ kind, player, connection }: { kind: PlaygroundKind; player: Player; connection: Connection }) {
  const latest = useRef(connection)
  latest.current = connection
  const history = useMemo(
    () =>
      historyOfStates(() => ({
        version: latest.current.version,
        state: latest.current.state as Immutable<object>,
      })),
    [],
  )
  return (
    <>
      <EventForm
        // values that were written for other events do not fit
        key={JSON.stringify(kind.events)}
        events={kind.events.filter(({ from }) => from === 'client')}
        player={player}
      />
      <div class="state">
        <p class="head muted line">
          State <span>version {connection.version}</span>
        </p>
        <StateTree history={history} version={player.version} clientId={undefined} edits={undefined} />
      </div>
    </>
  )
}

function EventForm({ events, player }: { events: readonly EventInfo[]; player: Player }) {
  const [name, setName] = useState(events[0]?.name)
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({})
  const event = events.find((each) => each.name === name)
  if (event === undefined) return <p class="empty">This game takes no events from clients.</p>
  const schema = readSchema(event.schema)
  const value = event.name in values ? values[event.name] : schema && firstValue(schema)
  const send = (submit: Event): void => {
    submit.preventDefault()
    player.send(event.name, event.hasSchema ? value : undefined)
  }
  return (
    <form class="form note" onSubmit={send}>
      <fieldset class="chips" aria-label="Events">
        {events.map((each) => (
          <button
            key={each.name}
            type="button"
            aria-pressed={each.name === event.name}
            onClick={() => setName(each.name)}
          >
            {each.name}
          </button>
        ))}
      </fieldset>
      {event.hasSchema && (
        <SchemaForm
          key={event.name}
          schema={schema}
          value={value}
          onChange={(next) => setValues({ ...values, [event.name]: next })}
        />
      )}
      <div class="line">
        <button type="submit" class="primary">
          Send {event.name}
        </button>
      </div>
    </form>
  )
}

const signs: Record<PlayerEntry['kind'], string> = { sent: '→', answer: '←', got: '←', refused: '✕', status: '·' }

function Entries({ entries }: { entries: readonly PlayerEntry[] }) {
  if (entries.length === 0) return null
  return (
    <ol class="entries" aria-label="Events of this player" aria-live="polite">
      {entries.map(({ number, kind, name, text, times }) => (
        <li key={number} class={kind === 'refused' ? 'fault' : ''}>
          <i aria-hidden="true">{signs[kind]}</i>
          <b>{name}</b>
          {times > 1 && <span class="tag">{times} times</span>}
          <code title={text}>{text}</code>
        </li>
      ))}
    </ol>
  )
}
