import type { Immutable } from '@tygase/gamestate'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LookState, RoomRow } from '../../../src/shared/look-game.js'
import type { RoomsQuery, RoomsSort } from '../../../src/shared/look-requests.js'
import type { Ask } from '../live/look.js'
import { hrefOfRoom } from '../live/route.js'
import { bytes, count, plural, span } from '../parts/format.js'

const pageSize = 50
/** A word is typed before its rooms are asked for. */
const typingMs = 150

const columns: readonly { sort: RoomsSort; label: string; isNumber?: boolean; class?: string }[] = [
  { sort: 'key', label: 'Room' },
  { sort: 'clients', label: 'Clients', isNumber: true },
  { sort: 'tick', label: 'Tick', isNumber: true, class: 'second' },
  { sort: 'bytesOut', label: 'Sent', isNumber: true },
  { sort: 'madeAtMs', label: 'Age', isNumber: true, class: 'second' },
]

/** The rooms of the server: a search, a table that sorts, pages. */
export function RoomList({ rooms, ask }: { rooms: Immutable<LookState['rooms']>; ask: Ask }) {
  const [query, setQuery] = useState<RoomsQuery>({ ...rooms.query, count: pageSize })
  const { search = '', sort = 'key', descending = false, from = 0 } = query
  const isFirst = useRef(true)

  useEffect(() => {
    ask('look', { room: null }).catch(() => {})
  }, [ask])
  useEffect(() => {
    const timer = setTimeout(() => ask('browse', query).catch(() => {}), isFirst.current ? 0 : typingMs)
    isFirst.current = false
    return () => clearTimeout(timer)
  }, [ask, query])

  const sortBy = (column: RoomsSort): void => {
    // numbers are looked at from the largest down
    const isDescending = column === sort ? !descending : column !== 'key'
    setQuery({ ...query, sort: column, descending: isDescending, from: 0 })
  }
  const shown = rooms.order.flatMap((key) => {
    const row = rooms.rows.get(key)
    return row === undefined ? [] : [[key, row] as const]
  })

  return (
    <section class="panel" aria-label="Rooms">
      <header>
        <h2>Rooms</h2>
        <span class="muted">
          {rooms.matching === rooms.total ? plural(rooms.total, 'room') : `${rooms.matching} of ${rooms.total}`}
        </span>
        <div class="end">
          <input
            type="search"
            class="search"
            placeholder="Search"
            aria-label="Search rooms"
            value={search}
            onInput={({ currentTarget }) => setQuery({ ...query, search: currentTarget.value, from: 0 })}
          />
        </div>
      </header>
      <div class="scroll">
        <table class="rooms">
          <thead>
            <tr>
              {columns.map(({ sort: column, label, isNumber, class: extra = '' }) => (
                <th
                  key={column}
                  scope="col"
                  class={`${isNumber ? 'number' : ''} ${extra}`}
                  aria-sort={column !== sort ? 'none' : descending ? 'descending' : 'ascending'}
                >
                  <button type="button" class="plain" onClick={() => sortBy(column)}>
                    {label} <i aria-hidden="true">{column !== sort ? '' : descending ? '↓' : '↑'}</i>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(([key, row]) => (
              <Row key={key} roomKey={key} row={row} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p class="empty">{search === '' ? 'No room is open.' : `No room has “${search}” in its name.`}</p>
        )}
      </div>
      {rooms.matching > pageSize && (
        <footer class="pages">
          <button
            type="button"
            disabled={from === 0}
            onClick={() => setQuery({ ...query, from: Math.max(0, from - pageSize) })}
          >
            Before
          </button>
          <span class="muted">
            {from + 1} to {Math.min(from + pageSize, rooms.matching)} of {rooms.matching}
          </span>
          <button
            type="button"
            disabled={from + pageSize >= rooms.matching}
            onClick={() => setQuery({ ...query, from: from + pageSize })}
          >
            After
          </button>
        </footer>
      )}
    </section>
  )
}

function Row({ roomKey, row }: { roomKey: string; row: Immutable<RoomRow> }) {
  const { clients, maxClients, tick, bytesOut, madeAtMs, isPrivate, isLocked, isPaused, status } = row
  const tags = [isPrivate && 'private', isLocked && 'locked', isPaused && 'paused', status !== 'open' && status]
  return (
    <tr>
      <th scope="row">
        <a class="mono" href={hrefOfRoom(roomKey)}>
          {roomKey}
        </a>
        {tags.map((tag) => tag !== false && tag !== '' && <TagOf key={tag} tag={tag} />)}
      </th>
      <td class="number">{maxClients > 0 ? `${clients} / ${maxClients}` : count(clients)}</td>
      <td class="number second">{count(tick)}</td>
      <td class="number">{bytes(bytesOut)}</td>
      <td class="number second muted">{span(Date.now() - madeAtMs)}</td>
    </tr>
  )
}

function TagOf({ tag }: { tag: string }) {
  return <span class={`tag ${tag === 'paused' ? 'warn' : ''}`}>{tag}</span>
}
