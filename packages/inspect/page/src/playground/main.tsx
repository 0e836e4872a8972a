import { listRooms, type RoomListing } from '@tygase/client'
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
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
  const games = useGames()
  if (games === undefined) {
    return (
      <div class="gate">
        <p role="status">The server does not answer yet. The page tries again.</p>
      </div>
    )
  }
  return <Games games={games} />
}

function Games({ games }: { games: PlaygroundAnswer }) {
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
        <Players key={name} games={games} kind={kind} />
      )}
    </>
  )
}

function Players({ games, kind }: { games: PlaygroundAnswer; kind: PlaygroundKind }) {
  const [players, setPlayers] = useState<readonly number[]>([1, 2])
  const [room, setRoom] = useState('')
  const rooms = useRooms(games, kind)
  const place = games.isSingle ? '' : `/${kind.name}${room === '' ? '' : `/${encodeURIComponent(room)}`}`
  const url = socketUrl(`${games.path}${place}`)
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
            onJoin={({ room: joined }) => setRoom(joined.id)}
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

/** The games of the server. They are asked for again and again: a server is restarted while its game is made. */
function useGames(): PlaygroundAnswer | undefined {
  const [games, setGames] = useState<PlaygroundAnswer>()
  useEffect(() => {
    let known = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      try {
        const response = await fetch(new URL('playground', pageUrl), { headers: { [inspectHeader]: '1' } })
        if (!response.ok) throw new Error(`the server answered ${response.status}`)
        const text = await response.text()
        if (text !== known) setGames(JSON.parse(text) as PlaygroundAnswer)
        known = text
      } catch {
        // the next turn asks again
      }
      timer = setTimeout(ask, retryMs)
    }
    ask()
    return () => clearTimeout(timer)
  }, [])
  return games
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

function socketUrl(path: string): URL {
  const url = new URL(path === '' ? '/' : path, pageUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}

render(<Playground />, document.getElementById('app')!)
