// Type, and press Enter, or click a ready line. Move the pointer: the others see your cursor, and that you type.
import { definePlay } from '@tygase/playground'
import { chat, height, maxLetters, width } from './game.js'

const names = ['Ann', 'Ben', 'Cleo', 'Dan']
const colours = ['#5aa9ff', '#ff7a6b', '#4fd1a5', '#ffc94d']
const remarks = ['hello', 'who is there?', 'cut my network, and I will be back', 'nice cursor', 'brb', 'back again']
const colourOf = (name: string) => colours[names.indexOf(name)] ?? '#8d99c4'

const ready = ['hello', 'well played', 'one moment']
const readyWidth = 500

/** What has been typed and not sent, by client. It stays here. */
const drafts: string[] = []

export const play = definePlay(chat, {
  size: [width, height],
  join: (index) => ({ name: names[index]! }),

  draw(pen, { scene, me, index, presence, seconds }) {
    pen.fillStyle = '#101a33'
    pen.fillRect(0, 0, width, height)
    pen.textAlign = 'left'
    scene.lines.forEach(({ name, text }, place) => {
      const y = 100 + place * 96
      pen.font = '700 58px system-ui, sans-serif'
      pen.fillStyle = colourOf(name)
      pen.fillText(name, 60, y)
      pen.font = '400 58px system-ui, sans-serif'
      pen.fillStyle = '#eef2ff'
      pen.fillText(text, 260, y)
    })
    pen.font = '500 52px system-ui, sans-serif'
    pen.textAlign = 'center'
    ready.forEach((text, place) => {
      pen.strokeStyle = '#35477d'
      pen.lineWidth = 4
      pen.beginPath()
      pen.roundRect(50 + place * readyWidth, height - 260, readyWidth - 30, 96, 48)
      pen.stroke()
      pen.fillStyle = '#a9b8ea'
      pen.fillText(text, 35 + (place + 0.5) * readyWidth, height - 195)
    })
    pen.textAlign = 'left'
    pen.fillStyle = '#1b294b'
    pen.beginPath()
    pen.roundRect(50, height - 140, width - 100, 96, 24)
    pen.fill()
    const draft = drafts[index] ?? ''
    const caret = Math.floor(seconds * 2) % 2 === 0 ? '|' : ''
    pen.font = '400 58px system-ui, sans-serif'
    pen.fillStyle = draft === '' ? '#8d99c4' : '#eef2ff'
    pen.fillText(draft === '' ? `Type a line${caret}` : draft + caret, 84, height - 72)
    for (const [id, { x, y, isTyping }] of presence) {
      if (id === me) continue
      const name = scene.here.get(id)?.name ?? ''
      pen.fillStyle = colourOf(name)
      pen.beginPath()
      pen.moveTo(x, y)
      pen.lineTo(x + 44, y + 18)
      pen.lineTo(x + 18, y + 44)
      pen.fill()
      pen.font = '600 44px system-ui, sans-serif'
      pen.fillText(isTyping ? `${name} is typing …` : name, x + 46, y + 62)
    }
  },

  control({ presses, pointer, clicks }, player) {
    for (const { x, y } of clicks) {
      const text = ready[Math.floor((x - 50) / readyWidth)]
      if (text !== undefined && y > height - 260 && y < height - 164) player.send('say', { text })
    }
    let draft = drafts[player.index] ?? ''
    for (const key of presses) {
      const [, letter] = /^(?:Key|Digit)(.)$/.exec(key) ?? []
      if (key === 'Enter' && draft !== '') {
        player.send('say', { text: draft })
        draft = ''
      } else if (key === 'Backspace') draft = draft.slice(0, -1)
      else if (letter !== undefined || key === 'Space') draft += letter?.toLowerCase() ?? ' '
    }
    drafts[player.index] = draft = draft.slice(0, maxLetters)
    const { x, y } = pointer ?? player.presence.get(player.me) ?? { x: width / 2, y: height / 2 }
    // in steps, so that a link of this run stays short
    player.show({ x: step(x), y: step(y), isTyping: draft !== '' })
  },

  bot(player) {
    const { x, y, isTyping } = player.presence.get(player.me) ?? { x: width / 2, y: height / 2, isTyping: false }
    const isDone = isTyping && player.random() < 0.06
    if (isDone) player.send('say', { text: remarks[Math.floor(player.random() * remarks.length)]! })
    const walk = (place: number, most: number) =>
      step(Math.max(80, Math.min(most, place + (player.random() - 0.5) * 320)))
    player.show({
      x: walk(x, width - 400),
      y: walk(y, height - 160),
      isTyping: isTyping ? !isDone : player.random() < 0.02,
    })
  },
})

function step(value: number): number {
  return Math.round(value / 80) * 80
}
