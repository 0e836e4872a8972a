import '@tygase/devtools'
import { ClientError } from '@tygase/client'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { GameProvider } from './hooks.js'
import { Lobby } from './lobby.js'
import { enterRoom, leaveRoom, useRoomId } from './room-id.js'
import { Table } from './table.js'

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
const givenName = new URLSearchParams(location.search).get('name') ?? localStorage.getItem('name') ?? ''

function App() {
  const room = useRoomId()
  const [name, setName] = useState('')
  const enter = (newName: string, newRoom: string): void => {
    localStorage.setItem('name', newName)
    setName(newName)
    enterRoom(newRoom)
  }
  if (room === '' || name === '') return <Lobby url={url} room={room} name={name || givenName} onEnter={enter} />
  return (
    <GameProvider
      address={`${url}/party/${room}`}
      options={{ data: { name } }}
      fallback={<p className="notice">One moment …</p>}
      failed={(error, retry) => (
        <div className="notice">
          <p>{sentenceOf(error)}</p>
          <button type="button" className="main" onClick={retry}>
            Try again
          </button>
          <button type="button" className="quiet" onClick={leaveRoom}>
            Back to the lobby
          </button>
        </div>
      )}
    >
      <Table />
    </GameProvider>
  )
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof ClientError)) return String(error)
  return error.refusal?.code === 'room_full' ? 'This party is full.' : (error.refusal?.message ?? error.message)
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
