import { board } from './board.js'
import type { Disc } from './game.js'

export function clearBoard(pen: CanvasRenderingContext2D): void {
  pen.clearRect(0, 0, board.width, board.height)
}

export function drawDisc(pen: CanvasRenderingContext2D, disc: Readonly<Disc>, isOwn: boolean, isFrozen: boolean): void {
  const { name, hue, x, y, score } = disc
  pen.beginPath()
  pen.arc(x, y, board.radius, 0, 2 * Math.PI)
  pen.fillStyle = isFrozen ? '#dff6ff' : `hsl(${hue} 80% 60%)`
  pen.fill()
  pen.lineWidth = 4
  pen.strokeStyle = isOwn ? 'white' : 'transparent'
  pen.stroke()
  pen.fillStyle = '#0b1322'
  pen.font = '600 18px system-ui'
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(String(score), x, y)
  pen.fillStyle = 'white'
  pen.fillText(name, x, y - board.radius - 14)
}
