import '@tygase/devtools'
import { ClientError, connect } from '@tygase/client'
import { game } from './game.js'
import { type Actions, showTable } from './table.js'

const names = ['Otter', 'Lynx', 'Heron', 'Badger', 'Falcon', 'Panda', 'Gecko', 'Marten', 'Koala', 'Bison']
const name = new URLSearchParams(location.search).get('name') ?? names[Math.floor(Math.random() * names.length)]!
const notice = document.querySelector<HTMLElement>('#notice')!

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
const connection = await connect(url, { game, data: { name: name.slice(0, 16) }, timeoutMs: Infinity }).catch(
  (error: unknown) => {
    notice.textContent = error instanceof ClientError ? error.message : String(error)
    throw error
  },
)

/** Plays, and shows why not if the rules refuse it. */
const actions: Actions = {
  deal: () => connection.request('deal').catch(refused),
  draw: () => connection.request('draw').catch(refused),
  pass: () => connection.request('pass').catch(refused),
  play: (card) => connection.request('play', card).catch(refused),
}

function refused(error: Error): void {
  tell(error.message)
}

let timer: ReturnType<typeof setTimeout> | undefined
function tell(text: string): void {
  notice.textContent = text
  clearTimeout(timer)
  timer = setTimeout(() => {
    notice.textContent = ''
  }, 2500)
}

function show(): void {
  const { state, clientId, isHost } = connection
  showTable({ state, ownId: clientId, isHost }, actions)
}
connection.subscribe(show, { immediate: true })
connection.onGameChange(show)

connection.onStatus((status) => {
  if (status === 'connected') notice.textContent = ''
  else notice.textContent = status === 'closed' ? 'The game has ended. One moment …' : 'Connecting …'
  if (status === 'closed') setTimeout(() => location.reload(), 1500)
})

// while you edit the rules, the page goes on with the new ones
if (import.meta.hot) {
  import.meta.hot.accept('./game.js', (next) => next && connection.replaceGame(next.game))
}
