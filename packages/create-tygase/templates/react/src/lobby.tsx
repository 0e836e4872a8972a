import { useRooms } from '@tygase/react'
import { type FormEvent, useState } from 'react'
import { mostPlayers } from './party.js'

interface LobbyProps {
  url: string
  /** The room of the invite link by which the player has come; '' for none. */
  room: string
  name: string
  onEnter(name: string, room: string): void
}

/** Asks for a name, and shows the parties that there are. */
export function Lobby({ url, room, name: givenName, onEnter }: LobbyProps) {
  const [name, setName] = useState(givenName)
  const enter = (id: string) => onEnter(name.trim().slice(0, 16) || 'Guest', id)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    enter(room || newId())
  }
  return (
    <main className="lobby">
      <h1>{document.title}</h1>
      <p className="lead">Find the card before all others do.</p>
      <form onSubmit={submit}>
        <label htmlFor="name">Your name</label>
        <input
          id="name"
          value={name}
          maxLength={16}
          placeholder="Guest"
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="main">
          {room === '' ? 'New party' : 'Join the party'}
        </button>
      </form>
      {room === '' && <Parties url={url} onJoin={enter} />}
    </main>
  )
}

/** A live list: parties appear, fill and go. */
function Parties({ url, onJoin }: { url: string; onJoin(id: string): void }) {
  const { rooms, status, retry } = useRooms(url, { kind: 'party' })
  if (status === 'failed' || status === 'closed') {
    return (
      <p className="empty">
        There is no list of parties at the moment.{' '}
        <button type="button" onClick={retry}>
          Ask again
        </button>
      </p>
    )
  }
  if (rooms.length === 0) return <p className="empty">{status === 'connected' ? 'No party yet. Begin one!' : ' '}</p>
  return (
    <ul className="parties">
      {rooms.map(({ id, clients, maxClients = mostPlayers, open, metadata }) => (
        <li key={id}>
          <b>{metadata.host ? `${String(metadata.host)}’s party` : id}</b>
          <span>
            {clients} of {maxClients}
            {metadata.isPlaying === true && ' · playing'}
          </span>
          <button type="button" disabled={!open} onClick={() => onJoin(id)}>
            {open ? 'Join' : 'Full'}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Five letters that are easy to read out. */
function newId(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz'
  return Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')
}
