import { board } from './board.js'
import type { Disc } from './game.js'

export function clearBoard(pen: CanvasRenderingContext2D): void {
  pen.clearRect(0, 0, board.width, board.height)
}

export function drawDisc(pen: CanvasRenderingContext2D, { hue, x, y }: Readonly<Disc>, isOwn: boolean): void {
  pen.beginPath()
  pen.arc(x, y, board.radius, 0, 2 * Math.PI)
  pen.fillStyle = `hsl(${hue} 80% 60%)`
  pen.fill()
  pen.lineWidth = 4
  pen.strokeStyle = isOwn ? 'white' : 'transparent'
  pen.stroke()
}
