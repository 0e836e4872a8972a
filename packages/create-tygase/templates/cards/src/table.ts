import type { Immutable } from '@tygase/gamestate'
import { type Card, fits, isOnTurn } from './cards.js'
import type { Seat, Table } from './game.js'

/** What the player can do. */
export interface Actions {
  deal(): unknown
  draw(): unknown
  pass(): unknown
  play(card: Immutable<Card>): unknown
}

interface Shown {
  readonly state: Immutable<Table>
  readonly ownId: string
  readonly isHost: boolean
}

const find = (id: string): HTMLElement => document.querySelector<HTMLElement>(`#${id}`)!

/** Shows the table as one player sees it. */
export function showTable({ state, ownId, isHost }: Shown, actions: Actions): void {
  const own = isOnTurn(state, ownId)
  const hand = state.hands.get(ownId)?.cards ?? []
  const top = state.pile.at(-1)
  find('others').replaceChildren(
    ...[...state.seats].filter(([id]) => id !== ownId).map(([id, seat]) => seatOf(seat, isOnTurn(state, String(id)))),
  )
  const mayDraw = own && !state.hasDrawn
  const deck = element('button', 'card back')
  deck.setAttribute('aria-label', 'Draw a card')
  ;(deck as HTMLButtonElement).disabled = !mayDraw
  deck.onclick = () => actions.draw()
  find('middle').replaceChildren(deck, ...(top === undefined ? [element('div', 'card empty')] : [cardOf(top, 'div')]))
  find('hand').replaceChildren(
    ...hand.map((card, place) => {
      const shown = cardOf(card, 'button') as HTMLButtonElement
      shown.disabled = !own || !fits(card, top)
      shown.style.setProperty('--place', String(place - (hand.length - 1) / 2))
      shown.onclick = () => actions.play(card)
      return shown
    }),
  )
  find('say').textContent = sentenceOf({ state, ownId, isHost })
  const mayDeal = isHost && state.phase !== 'playing' && state.seats.size > 1
  const buttons = [
    ...(mayDeal ? [action(state.phase === 'over' ? 'Deal again' : 'Deal', actions.deal)] : []),
    ...(own && state.hasDrawn ? [action('Pass', actions.pass)] : []),
  ]
  find('actions').replaceChildren(...buttons)
  document.body.classList.toggle('on-turn', own)
}

function sentenceOf({ state, ownId, isHost }: Shown): string {
  const nameOf = (id: string | null | undefined): string => (id == null ? '' : (state.seats.get(id)?.name ?? ''))
  if (state.phase === 'playing') {
    if (!isOnTurn(state, ownId)) return `${nameOf(state.order[state.turn])} is on turn`
    return state.hasDrawn ? 'Play a card, or pass' : 'Your turn: play a card, or draw one'
  }
  if (state.seats.size < 2) return 'It takes two: open this page in a second tab'
  const deals = isHost ? 'Deal when all are here' : 'The host deals when all are here'
  if (state.phase === 'waiting') return deals
  return state.winner === ownId ? 'You have won!' : `${nameOf(state.winner)} has won`
}

function seatOf({ name, cards, wins }: Immutable<Seat>, isOnTurn: boolean): HTMLElement {
  const seat = element('div', isOnTurn ? 'seat turn' : 'seat')
  const fan = element('div', 'fan')
  for (let place = 0; place < Math.min(cards, 10); place++) {
    const back = element('span', 'card back')
    back.style.setProperty('--place', String(place - (Math.min(cards, 10) - 1) / 2))
    fan.append(back)
  }
  const label = element('p', '')
  label.textContent = `${name} · ${cards}${wins > 0 ? ` · ${'★'.repeat(Math.min(wins, 5))}` : ''}`
  seat.append(fan, label)
  return seat
}

function cardOf({ suit, rank }: Immutable<Card>, tag: 'button' | 'div'): HTMLElement {
  const card = element(tag, suit === '♥' || suit === '♦' ? 'card red' : 'card')
  const [corner, middle] = [element('b', ''), element('i', '')]
  corner.textContent = `${rank}\n${suit}`
  middle.textContent = suit
  card.append(corner, middle)
  card.setAttribute('aria-label', `${rank} ${suit}`)
  return card
}

function action(text: string, run: () => unknown): HTMLElement {
  const button = element('button', 'action')
  button.textContent = text
  button.onclick = () => run()
  return button
}

function element(tag: string, className: string): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  return made
}
