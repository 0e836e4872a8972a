import { listRooms, type RoomListing } from '@tygase/client'
import { render } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { inspectHeader } from '../../../src/shared/http-answers.js'
import type { PlaygroundAnswer, PlaygroundKind } from '../../../src/shared/playground-answer.js'
import { pageUrl } from '../live/session.js'
import icon from '../style/icon.svg'
import { PlayerPanel } from './player-panel.js'
import '../style/base.css'
import '../style/layout.css'
import '../style/rooms.css'
import '../style/room.css'
import '../style/state.css'
import '../style/lists.css'
import '../style/playground.css'

/** More would not fit beside each other. */
const mostPlayers = 4
/** The list of rooms is asked for so often. */
const listMs = 3000
const retryMs = 2000

/** A server while its game is made: players, forms for its events, and the state that each of them gets. */
function Playground() {
  const { games, askNow } = useGames()
  if (games === undefined) {
    return (
      <div class="gate">
        <p role="status">The server does not answer yet. The page tries again.</p>
      </div>
    )
  }
  return <Games games={games} askNow={askNow} />
}

function Games({ games, askNow }: { games: PlaygroundAnswer; askNow: AskGames }) {
  const [name, setName] = useState(games.kinds[0]?.name ?? '')
  const kind = games.kinds.find((each) => each.name === name)
  return (
    <>
      <header class="bar">
        <h1>
          <img src={icon} alt="" />
          <span>Playground</span>
        </h1>
        {games.kinds.length > 1 && (
          <label class="line">
            <span class="muted">Game</span>
            <select value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
              {games.kinds.map((each) => (
                <option key={each.name}>{each.name}</option>
              ))}
            </select>
          </label>
        )}
        <div class="end">
          {kind !== undefined && <span class="wide">{kind.tickRate} ticks a second</span>}
          <a href="./">Inspector</a>
        </div>
      </header>
      {kind === undefined ? (
        <p class="empty">This server has no game yet.</p>
      ) : (
        <Players key={name} games={games} askNow={askNow} kind={kind} />
      )}
    </>
  )
}

function Players({ games, askNow, kind }: { games: PlaygroundAnswer; askNow: AskGames; kind: PlaygroundKind }) {
  const [players, setPlayers] = useState<readonly number[]>([1, 2])
  const [room, setRoom] = useState('')
  const rooms = useRooms(games, kind)
  // lost players come back one after the other, so that they meet
  const turns = useRef(Promise.resolve())
  const meeting = useRef('')
  const letIn = (join: (kind: PlaygroundKind, url: URL) => Promise<void>, signal: AbortSignal): void => {
    // the room has gone with the server
    setRoom('')
    meeting.current = ''
    turns.current = turns.current.then(async () => {
      while (!signal.aborted) {
        const now = await askNow()
        const own = now?.kinds.find(({ name }) => name === kind.name)
        if (own !== undefined && !signal.aborted) return join(own, roomUrl(now!, own, meeting.current))
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    })
  }
  const url = roomUrl(games, kind, room)
  return (
    <main>
      {!games.isSingle && (
        <div class="line rooms-line">
          <label class="line">
            <span class="muted">Room</span>
            <select value={room} onChange={({ currentTarget }) => setRoom(currentTarget.value)}>
              <option value="">one with a free seat, or a new one</option>
              {room !== '' && rooms.every(({ id }) => id !== room) && <option value={room}>{room}</option>}
              {rooms.map(({ id, clients, maxClients, open }) => (
                <option key={id} value={id} disabled={!open}>
                  {id} · {clients}
                  {maxClients === undefined ? '' : ` of ${maxClients}`}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <div class="players">
        {players.map((number) => (
          <PlayerPanel
            key={number}
            number={number}
            kind={kind}
            url={url}
            // the players after the first one meet it
            onJoin={({ room: joined }) => {
              setRoom(joined.id)
              meeting.current = joined.id
            }}
            onLost={letIn}
            onRemove={players.length > 1 ? () => setPlayers(players.filter((each) => each !== number)) : undefined}
          />
        ))}
      </div>
      {players.length < mostPlayers && (
        <p class="line add">
          <button type="button" onClick={() => setPlayers([...players, Math.max(...players) + 1])}>
            Add a player
          </button>
        </p>
      )}
    </main>
  )
}

/** Asks for the games that the server has now. @returns undefined if it does not answer */
type AskGames = () => Promise<PlaygroundAnswer | undefined>

/** The games of the server. They are asked for again and again: a server is restarted while its game is made. */
function useGames(): { games: PlaygroundAnswer | undefined; askNow: AskGames } {
  const [games, setGames] = useState<PlaygroundAnswer>()
  const known = useRef('')
  const askNow = useCallback<AskGames>(async () => {
    try {
      const response = await fetch(new URL('playground', pageUrl), { headers: { [inspectHeader]: '1' } })
      if (!response.ok) return undefined
      const text = await response.text()
      const now = JSON.parse(text) as PlaygroundAnswer
      if (text !== known.current) setGames(now)
      known.current = text
      return now
    } catch {
      return undefined
    }
  }, [])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    const ask = async (): Promise<void> => {
      await askNow()
      if (!isGone) timer = setTimeout(ask, retryMs)
    }
    ask()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [askNow])
  return { games, askNow }
}

/** The public rooms of a kind. */
function useRooms({ isSingle, path }: PlaygroundAnswer, { name }: PlaygroundKind): readonly RoomListing[] {
  const [rooms, setRooms] = useState<readonly RoomListing[]>([])
  useEffect(() => {
    if (isSingle) return
    const ask = (): void => {
      listRooms(socketUrl(path), { kind: name }).then(
        (found) => setRooms(found as readonly RoomListing[]),
        // the next turn asks again
        () => {},
      )
    }
    ask()
    const timer = setInterval(ask, listMs)
    return () => clearInterval(timer)
  }, [isSingle, path, name])
  return rooms
}

/** Where a player connects to. @param room empty: one with a free seat, or a new one */
function roomUrl({ isSingle, path }: PlaygroundAnswer, { name }: PlaygroundKind, room: string): URL {
  const place = isSingle ? '' : `/${name}${room === '' ? '' : `/${encodeURIComponent(room)}`}`
  return socketUrl(`${path}${place}`)
}

function socketUrl(path: string): URL {
  const url = new URL(path === '' ? '/' : path, pageUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}

render(<Playground />, document.getElementById('app')!)
