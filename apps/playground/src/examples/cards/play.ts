// Click a card to play it, and the deck to draw or to pass. The panel "State" shows what each client was sent.
import { definePlay, type Pen } from '@tygase/playground'
import { type Card, cards, fits, isOnTurn } from './game.js'

const [width, height] = [1600, 1000]
const [cardWidth, cardHeight] = [170, 240]
const deckPlace = { x: 560, y: 330 }
const pilePlace = { x: 870, y: 330 }
const colours = ['#5aa9ff', '#ff7a6b', '#4fd1a5', '#ffc94d']

export const play = definePlay(cards, {
  size: [width, height],
  predict: false, // only the server has the deck

  draw(pen, { scene, me, isHost }) {
    pen.fillStyle = '#0f3d33'
    pen.fillRect(0, 0, width, height)
    pen.fillStyle = '#12493d'
    pen.beginPath()
    pen.ellipse(width / 2, 430, 760, 380, 0, 0, 7)
    pen.fill()
    const ids = Object.keys(scene.counts)
    pen.textAlign = 'center'
    ids.forEach((id, seat) => {
      const x = (width / (ids.length + 1)) * (seat + 1)
      const isNext = isOnTurn(scene, id)
      pen.fillStyle = isNext ? colours[seat % 4]! : '#0b2f27'
      pen.beginPath()
      pen.roundRect(x - 130, 40, 260, 110, 24)
      pen.fill()
      pen.font = '600 40px system-ui, sans-serif'
      pen.fillStyle = isNext ? '#08160f' : '#b9d8cd'
      pen.fillText(id === me ? 'you' : `seat ${seat + 1}`, x, 90)
      pen.font = '400 34px system-ui, sans-serif'
      pen.fillText(`${scene.counts[id]} cards`, x, 134)
    })
    if (scene.phase !== 'playing') {
      pen.font = '700 76px system-ui, sans-serif'
      pen.fillStyle = '#fff'
      const won = scene.winner === me ? 'You have won' : `Seat ${ids.indexOf(scene.winner) + 1} has won`
      pen.fillText(scene.phase === 'over' ? won : 'Cards', width / 2, 400)
      pen.font = '500 44px system-ui, sans-serif'
      pen.fillStyle = '#b9d8cd'
      pen.fillText(isHost ? 'Click to deal' : 'The host deals', width / 2, 480)
    } else {
      drawBack(pen, deckPlace.x, deckPlace.y)
      const top = scene.pile.at(-1)
      if (top) drawCard(pen, top, pilePlace.x, pilePlace.y, true)
      pen.font = '500 36px system-ui, sans-serif'
      pen.fillStyle = '#b9d8cd'
      pen.fillText(scene.hasDrawn ? 'pass' : 'draw', deckPlace.x + cardWidth / 2, deckPlace.y + cardHeight + 50)
    }
    const hand = scene.hands.get(me)?.cards ?? []
    hand.forEach((card, place) => {
      const isFit = isOnTurn(scene, me) && fits(card, scene.pile.at(-1))
      drawCard(pen, card, handX(place, hand.length), isFit ? 700 : 730, isFit)
    })
  },

  control({ clicks }, player) {
    const { scene, me } = player
    for (const { x, y } of clicks) {
      if (scene.phase !== 'playing') {
        player.send('deal')
        continue
      }
      if (isOn(x, y, deckPlace.x, deckPlace.y)) player.send('draw')
      const hand = scene.hands.get(me)?.cards ?? []
      const place = hand.findLastIndex((_, at) => isOn(x, y, handX(at, hand.length), 715))
      const card = hand[place]
      if (card) player.send('play', { suit: card.suit, rank: card.rank })
    }
  },

  bot(player) {
    const { state, me } = player
    // now and then, as somebody who thinks
    if (player.random() > 0.12) return
    if (state.phase !== 'playing') {
      if (player.isHost && Object.keys(state.counts).length > 1) player.send('deal')
      return
    }
    if (!isOnTurn(state, me)) return
    const card = state.hands.get(me)?.cards.find((own) => fits(own, state.pile.at(-1)))
    if (card) player.send('play', { suit: card.suit, rank: card.rank })
    else player.send('draw')
  },
})

function handX(place: number, count: number): number {
  const step = Math.min(cardWidth + 16, (width - 2 * 60 - cardWidth) / Math.max(1, count - 1))
  return width / 2 - (step * (count - 1) + cardWidth) / 2 + place * step
}

function isOn(x: number, y: number, left: number, top: number): boolean {
  return x >= left && x <= left + cardWidth && y >= top - 20 && y <= top + cardHeight + 20
}

function drawCard(pen: Pen, { suit, rank }: Card, x: number, y: number, isBright: boolean): void {
  pen.fillStyle = isBright ? '#fffdf5' : '#cfd8d2'
  pen.beginPath()
  pen.roundRect(x, y, cardWidth, cardHeight, 18)
  pen.fill()
  pen.lineWidth = 3
  pen.strokeStyle = '#0004'
  pen.stroke()
  pen.fillStyle = suit === '♥' || suit === '♦' ? '#d1344b' : '#1a2230'
  pen.textAlign = 'left'
  pen.font = '700 58px system-ui, sans-serif'
  pen.fillText(rank, x + 18, y + 66)
  pen.textAlign = 'center'
  pen.font = '90px system-ui, sans-serif'
  pen.fillText(suit, x + cardWidth / 2, y + 180)
}

function drawBack(pen: Pen, x: number, y: number): void {
  pen.fillStyle = '#27518f'
  pen.beginPath()
  pen.roundRect(x, y, cardWidth, cardHeight, 18)
  pen.fill()
  pen.lineWidth = 10
  pen.strokeStyle = '#e9eefc'
  pen.stroke()
}
