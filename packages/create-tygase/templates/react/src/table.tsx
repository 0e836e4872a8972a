import { useEffect, useState } from 'react'
import { Card } from './card.js'
import { useConnection, useGame, useRoom, useStatus } from './hooks.js'
import { leastPlayers, nameOf, rounds, seconds } from './party.js'
import { Players } from './players.js'
import { leaveRoom } from './room-id.js'

/** The party as one player sees it. */
export function Table() {
  const phase = useGame((state) => state.phase)
  const { status, retry } = useStatus()
  return (
    <main className="table">
      <Players />
      <section className={phase === 'look' || phase === 'shown' ? 'stage' : 'stage middle'}>
        {(phase === 'lobby' || phase === 'over') && <Waiting isOver={phase === 'over'} />}
        {phase === 'ready' && <Ready />}
        {(phase === 'look' || phase === 'shown') && <Cards />}
      </section>
      {status === 'suspended' && <p className="toast">Connecting …</p>}
      {status === 'closed' && (
        <p className="toast">
          You are out of the party.{' '}
          <button type="button" onClick={retry}>
            Join again
          </button>
        </p>
      )}
    </main>
  )
}

/** Before a game and after it: the host starts. */
function Waiting({ isOver }: { isOver: boolean }) {
  const connection = useConnection()
  const { isHost, hostClientId, room } = useRoom()
  const count = useGame(({ players }) => players.size)
  const host = useGame(({ players }) => players.get(hostClientId ?? '')?.name)
  const winners = useGame(({ players }) => {
    const best = Math.max(...[...players.values()].map(({ score }) => score))
    return [...players.values()].filter(({ score }) => score === best).map(({ name }) => name)
  })
  const [copied, setCopied] = useState(false)
  const invite = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.href)
    setCopied(true)
  }
  return (
    <div className="waiting">
      <h2>{isOver ? `${winners.join(' and ')} ${winners.length > 1 ? 'win' : 'wins'}!` : `Party ${room.id}`}</h2>
      {isHost ? (
        <button
          type="button"
          className="main"
          disabled={count < leastPlayers}
          onClick={() => connection.dispatchEvent('start', { retries: 3 })}
        >
          {isOver ? 'Play again' : 'Start'}
        </button>
      ) : (
        <p className="lead">{host ?? 'The host'} starts the game</p>
      )}
      {count < leastPlayers && (
        <p className="lead">It takes two: send a friend the link, or open it in a second tab.</p>
      )}
      <button type="button" className="quiet" onClick={invite}>
        {copied ? 'The link is copied' : 'Copy the invite link'}
      </button>
      <button type="button" className="quiet" onClick={leaveRoom}>
        Leave
      </button>
    </div>
  )
}

function Ready() {
  const round = useGame((state) => state.round)
  const left = useSecondsLeft()
  return (
    <div className="ready">
      <p className="lead">
        Round {round} of {rounds}
      </p>
      <p className="count" key={Math.ceil(left)}>
        {Math.max(1, Math.ceil(left))}
      </p>
    </div>
  )
}

function Cards() {
  const connection = useConnection()
  const { phase, wanted, grid } = useGame(({ phase, wanted, grid }) => ({ phase, wanted, grid }))
  const own = useGame(({ players }) => players.get(connection.clientId))
  const left = useSecondsLeft()
  const mayPick = phase === 'look' && own !== undefined && !own.isOut && own.gained === 0
  return (
    <>
      <header>
        <p className="find">
          Find the <b>{nameOf(wanted)}</b>
        </p>
        <Card card={wanted} className="wanted" />
        <p className="say" role="status">
          {sentenceOf(own, phase === 'shown')}
        </p>
        <i className="bar" style={{ scale: `${phase === 'look' ? left / seconds.look : 0} 1` }} />
      </header>
      <div className={mayPick ? 'grid open' : 'grid'}>
        {grid.map((card, place) => (
          <button
            type="button"
            key={card}
            disabled={!mayPick}
            className={phase === 'shown' && card === wanted ? 'found' : ''}
            aria-label={nameOf(card)}
            onClick={() => connection.dispatchEvent('pick', { place }, { retries: 3, onFail: () => {} })}
          >
            <Card card={card} />
          </button>
        ))}
      </div>
    </>
  )
}

function sentenceOf(own: { gained: number; isOut: boolean } | undefined, isShown: boolean): string {
  if (own === undefined) return ''
  if (own.gained > 0) return `+${own.gained}`
  if (own.isOut) return 'That was another one'
  return isShown ? 'Too slow' : ''
}

/** Seconds until the phase ends. `connection.time` runs smoothly, also while nothing comes. */
function useSecondsLeft(): number {
  const connection = useConnection()
  const until = useGame((state) => state.until)
  const [time, setTime] = useState(() => connection.time)
  useEffect(() => {
    const timer = setInterval(() => setTime(connection.time), 50)
    return () => clearInterval(timer)
  }, [connection])
  return Math.max(0, until - time)
}
