// Click a column. A disc shows at once: the rules run at the client too, and the server has the last word.
import { definePlay } from '@tygase/playground'
import { columns, four, lineThrough, rows } from './game.js'

const [width, height] = [1600, 1000]
const cell = 138
const left = (width - columns * cell) / 2
const bottom = 950
const colours = ['#0b1730', '#ff7a6b', '#ffc94d']

export const play = definePlay(four, {
  size: [width, height],

  draw(pen, { scene, me }) {
    pen.fillStyle = '#101a33'
    pen.fillRect(0, 0, width, height)
    const own = scene.here.indexOf(me) + 1
    pen.textAlign = 'center'
    pen.font = '700 52px system-ui, sans-serif'
    pen.fillStyle = colours[scene.winner || scene.turn]!
    const isMine = own === (scene.winner || scene.turn)
    const turn = isMine ? 'Your turn' : own > 2 ? 'You watch' : 'The other one is on'
    const end = scene.winner === 0 ? 'A draw' : isMine ? 'You have won' : own > 2 ? 'Four in a row' : 'You have lost'
    pen.fillText(scene.againAt > 0 ? end : turn, width / 2, 82)
    pen.font = '600 44px system-ui, sans-serif'
    for (const player of [1, 2]) {
      pen.fillStyle = colours[player]!
      pen.fillText(String(scene.wins[player - 1]), player === 1 ? 150 : width - 150, 560)
    }
    pen.fillStyle = '#2d4a8f'
    pen.beginPath()
    pen.roundRect(left - 14, bottom - rows * cell - 14, columns * cell + 28, rows * cell + 28, 30)
    pen.fill()
    scene.board.forEach((value, place) => {
      const x = left + ((place % columns) + 0.5) * cell
      const y = bottom - (Math.floor(place / columns) + 0.5) * cell
      pen.fillStyle = colours[value]!
      pen.beginPath()
      pen.arc(x, y, cell * 0.4, 0, 7)
      pen.fill()
      if (!scene.line.includes(place)) return
      pen.lineWidth = 12
      pen.strokeStyle = '#fff'
      pen.stroke()
    })
  },

  control({ clicks }, player) {
    for (const { x } of clicks) {
      const column = Math.floor((x - left) / cell)
      if (column >= 0 && column < columns) player.send('drop', { column })
    }
  },

  bot(player) {
    const { board, here, turn, againAt } = player.state
    const own = here.indexOf(player.me) + 1
    if (own !== turn || againAt > 0 || here.length < 2 || player.random() > 0.15) return
    const open = Array.from({ length: columns }, (_, column) => column).filter((column) => topOf(board, column) < rows)
    const wins = (column: number, who: number) => {
      const next = [...board]
      const at = topOf(board, column) * columns + column
      next[at] = who
      return lineThrough(next, at).length > 0
    }
    const column =
      open.find((at) => wins(at, own)) ??
      open.find((at) => wins(at, 3 - own)) ??
      open[Math.floor(player.random() * open.length)]
    if (column !== undefined) player.send('drop', { column })
  },
})

function topOf(board: readonly number[], column: number): number {
  let row = 0
  while (row < rows && board[row * columns + column] !== 0) row++
  return row
}
