import { simulateLink } from '@tygase/client/link'
import { createHooks, useRooms } from '@tygase/react'
import { createElement as h, lazy, type ReactNode, StrictMode, Suspense, startTransition, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { tally } from './react-game.js'

// The page of react.test.ts.

type Shown = 'lobby' | 'game' | 'nothing'

declare global {
  interface Window {
    readonly play: {
      show(what: Shown): void
      count(): void
      loadLate(): void
      /** Cuts the network of the game, and mends it. */
      cut(): void
      heal(): void
      /** Renders twenty slow components more, in a transition. */
      slowly(): void
    }
    readonly seen: {
      /** Numbers that were on the screen at the same time, though all show the same part of the state. */
      readonly torn: string[]
      /** Data of the handled events. */
      readonly counted: number[]
      frames: number
      renders: number
    }
  }
}

const seen: Window['seen'] = { torn: [], counted: [], frames: 0, renders: 0 }
const url = `ws://${location.host}`
const link = simulateLink()
const room = new URLSearchParams(location.search).get('room')
const { GameProvider, useConnection, useEvent, useGame, useMembers, useScene, useStatus } = createHooks<typeof tally>()

let count = (): void => {}
let show = (_: Shown): void => {}
let slowly = (): void => {}
let loadLate = (): void => {}

const Late = lazy(
  () =>
    new Promise<{ default: () => ReactNode }>((resolve) => {
      loadLate = () =>
        resolve({
          default: () =>
            h(
              'b',
              { id: 'late' },
              useGame((state) => `late ${state.count}`),
            ),
        })
    }),
)

/** Takes some time, so that the browser gets its turn in the midst of a transition. */
function Slow() {
  const shown = useGame((state) => state.count)
  for (const endMs = performance.now() + 1; performance.now() < endMs; );
  return h('i', { className: 'count' }, shown)
}

function Many() {
  const [amount, setAmount] = useState(0)
  slowly = () => startTransition(() => setAmount((n) => n + 20))
  return Array.from({ length: amount }, (_, place) => h(Slow, { key: place }))
}

function Drawing() {
  seen.renders++
  useScene(() => void seen.frames++)
  return null
}

function Game() {
  const connection = useConnection()
  count = () => connection.dispatchEvent('count', { retries: 3 })
  useEvent('counted', (n) => void seen.counted.push(n))
  return [
    h(
      'b',
      { key: 'count', id: 'count', className: 'count' },
      useGame((state) => state.count),
    ),
    h('b', { key: 'status', id: 'status' }, useStatus().status),
    h(
      'b',
      { key: 'members', id: 'members' },
      useMembers(({ size }) => size),
    ),
    h(Drawing, { key: 'drawing' }),
    h(Suspense, { key: 'late', fallback: h('b', { id: 'late' }, 'loading') }, h(Late)),
    h(Many, { key: 'many' }),
  ]
}

function Lobby() {
  const { rooms, status } = useRooms(url, { kind: 'tally' })
  const items = rooms.map(({ id, clients }) => h('li', { key: id }, `${id}: ${clients}`))
  return [h('b', { key: 'status', id: 'list' }, status), h('ul', { key: 'rooms' }, items)]
}

function App() {
  const [what, setWhat] = useState<Shown>('nothing')
  show = setWhat
  if (what === 'lobby') return h(Lobby)
  if (what === 'nothing') return h('p', null, 'nothing')
  return h(
    GameProvider,
    { address: `${url}/tally/${room}`, options: { game: tally, link }, fallback: 'connecting' },
    h(Game),
  )
}

const root = document.querySelector('#root')!
// all changes of a render come at once: what it sees is what people see
new MutationObserver(() => {
  const numbers = new Set([...root.querySelectorAll('.count')].map(({ textContent }) => textContent))
  if (numbers.size > 1) seen.torn.push([...numbers].join(' '))
}).observe(root, { subtree: true, childList: true, characterData: true })

Object.assign(window, {
  seen,
  play: {
    show: (what: Shown) => show(what),
    count: () => count(),
    loadLate: () => loadLate(),
    slowly: () => slowly(),
    cut: () => link.cut(),
    heal: () => link.heal(),
  },
})
createRoot(root).render(h(StrictMode, null, h(App)))
