import '@tygase/devtools'
import { connect } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { game } from './game.js'
import { startPhaser } from './scene.js'

const names = ['Otter', 'Lynx', 'Heron', 'Badger', 'Falcon', 'Panda', 'Gecko', 'Marten', 'Koala', 'Bison']
const name = new URLSearchParams(location.search).get('name') ?? names[Math.floor(Math.random() * names.length)]!

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
const connection = await connect(url, {
  game,
  predict: predict(),
  data: { name: name.slice(0, 16) },
  timeoutMs: Infinity,
})

const notice = document.querySelector<HTMLElement>('#notice')!
const table = document.querySelector('#table')!

startPhaser(connection, document.querySelector<HTMLElement>('#stage')!)

/** What stands in the middle of the page, if anything. */
function showNotice(): void {
  const { status, state } = connection
  if (status === 'closed') notice.textContent = 'The game has ended. One moment …'
  else if (status !== 'connected') notice.textContent = 'Connecting …'
  else notice.textContent = state.winner === null ? '' : `${state.winner.name} wins!`
  notice.hidden = notice.textContent === ''
}

connection.onStatus((status) => {
  showNotice()
  if (status === 'closed') setTimeout(() => location.reload(), 1500)
})
connection.subscribe(({ winner }) => winner, showNotice, { immediate: true })

connection.subscribe(
  ({ players }) => [...players].map(([id, { name, hue, stars }]) => ({ id, name, hue, stars })),
  (players) => {
    const best = players.sort((a, b) => b.stars - a.stars).slice(0, 8)
    table.replaceChildren(
      ...best.map(({ id, name, hue, stars }) => {
        const row = document.createElement('li')
        row.className = id === connection.clientId ? 'own' : ''
        row.style.setProperty('--hue', String(hue))
        const [who, score] = [document.createElement('span'), document.createElement('b')]
        who.textContent = name
        score.textContent = String(stars)
        row.append(who, score)
        return row
      }),
    )
  },
  // players move in each version; the table is drawn anew only if it changes
  { immediate: true, equal: (next, last) => JSON.stringify(next) === JSON.stringify(last) },
)

// while you edit the rules, the page goes on with the new ones
if (import.meta.hot) {
  import.meta.hot.accept('./game.js', (next) => next && connection.replaceGame(next.game))
}
