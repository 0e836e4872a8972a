import type { Connection } from '@tygase/client'
import type { frost } from './game.js'

/** Shows who is in the room and who has won, and to the host the button that starts. */
export function showLobby(connection: Connection<typeof frost>): void {
  const lobby = document.querySelector('#lobby')!
  const start = document.querySelector<HTMLButtonElement>('#start')!
  start.onclick = () => connection.request('start').catch((error: Error) => (lobby.textContent = error.message))
  const show = (): void => {
    const { phase, winner, discs } = connection.state
    const names = [...discs.values()].map(({ name }) => name).join(', ')
    const news = winner === '' ? '' : `${winner} has won. `
    lobby.textContent = phase === 'play' ? 'Five hits win.' : `${news}Room ${connection.room.id}: ${names}`
    start.hidden = phase === 'play' || !connection.isHost
  }
  connection.subscribe(({ phase, discs }) => `${phase} ${[...discs.keys()]}`, show, { immediate: true })
  connection.onGameChange(show) // another client may be host now
}
