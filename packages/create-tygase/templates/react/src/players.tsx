import { useConnection, useGame, useRoom } from './hooks.js'

/** The table of scores. A player who comes or scores changes one row of it. */
export function Players() {
  const { clientId } = useConnection()
  const { hostClientId } = useRoom()
  const players = useGame((state) => [...state.players])
  const sorted = [...players].sort(([, a], [, b]) => b.score - a.score)
  return (
    <ol className="players" aria-label="Scores">
      {sorted.map(([id, { name, score, gained, isOut }]) => (
        <li key={id} className={`${id === clientId ? 'own' : ''} ${isOut ? 'out' : ''}`}>
          <i style={{ background: colourFor(id) }}>{name.slice(0, 1).toUpperCase()}</i>
          <span>
            {name}
            {id === hostClientId && <small>host</small>}
          </span>
          {gained > 0 && <em>+{gained}</em>}
          <b>{score}</b>
        </li>
      ))}
    </ol>
  )
}

/** The same for everyone who sees the player. */
function colourFor(id: string): string {
  let hue = 0
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 360
  return `hsl(${hue} 62% 52%)`
}
