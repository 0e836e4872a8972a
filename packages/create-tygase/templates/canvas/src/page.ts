import '@tygase/devtools'
import { connect } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { Drawing } from './drawing.js'
import { game } from './game.js'
import { watchKeys } from './keys.js'

const names = ['Otter', 'Lynx', 'Heron', 'Badger', 'Falcon', 'Panda', 'Gecko', 'Marten', 'Koala', 'Bison']
const name = new URLSearchParams(location.search).get('name') ?? names[Math.floor(Math.random() * names.length)]!

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
const connection = await connect(url, {
  game,
  predict: predict(),
  data: { name: name.slice(0, 16) },
  timeoutMs: Infinity,
})

const drawing = new Drawing(document.querySelector('canvas')!, connection.clientId)
const notice = document.querySelector<HTMLElement>('#notice')!
const table = document.querySelector('#table')!

watchKeys({
  steer: (dx, dy) => connection.dispatchEvent('steer', { dx, dy }),
  dash: () => connection.dispatchEvent('dash'),
})

connection.registerEventHandler('collected', (gem) => drawing.sparkle(gem))

connection.onStatus((status) => {
  notice.hidden = status === 'connected'
  notice.textContent = status === 'closed' ? 'The game has ended. One moment …' : 'Connecting …'
  if (status === 'closed') setTimeout(() => location.reload(), 1500)
})

connection.subscribe(
  (state) => state.players,
  (players) => {
    const best = [...players].sort(([, a], [, b]) => b.score - a.score).slice(0, 8)
    table.replaceChildren(
      ...best.map(([id, player]) => {
        const row = document.createElement('li')
        row.className = id === connection.clientId ? 'own' : ''
        row.style.setProperty('--hue', String(player.hue))
        const [who, score] = [document.createElement('span'), document.createElement('b')]
        who.textContent = player.name
        score.textContent = String(player.score)
        row.append(who, score)
        return row
      }),
    )
  },
  { immediate: true },
)

requestAnimationFrame(function frame() {
  drawing.draw(connection.scene())
  requestAnimationFrame(frame)
})

// while you edit the rules, the page goes on with the new ones
if (import.meta.hot) {
  import.meta.hot.accept('./game.js', (next) => next && connection.replaceGame(next.game))
}
