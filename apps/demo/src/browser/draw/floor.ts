import { arena } from '../../arena.js'
import { sceneColours } from '../palette.js'

/** Units between two lines of the grid. */
const cell = 100
const corner = 26

/** The arena's floor with its grid and wall, in arena units. */
export function drawFloor(context: CanvasRenderingContext2D, itIsMe: boolean): void {
  const { width, height } = arena
  const fill = context.createRadialGradient(width / 2, height / 2, 80, width / 2, height / 2, width * 0.6)
  fill.addColorStop(0, sceneColours.floorLight)
  fill.addColorStop(1, sceneColours.floorDark)
  context.beginPath()
  context.roundRect(0, 0, width, height, corner)
  context.fillStyle = fill
  context.fill()

  context.save()
  context.clip()
  context.beginPath()
  for (let x = cell; x < width; x += cell) {
    context.moveTo(x, 0)
    context.lineTo(x, height)
  }
  for (let y = cell; y < height; y += cell) {
    context.moveTo(0, y)
    context.lineTo(width, y)
  }
  context.strokeStyle = sceneColours.grid
  context.lineWidth = 1.5
  context.stroke()
  context.beginPath()
  context.arc(width / 2, height / 2, 150, 0, 2 * Math.PI)
  context.moveTo(width / 2 + 10, height / 2)
  context.arc(width / 2, height / 2, 10, 0, 2 * Math.PI)
  context.lineWidth = 3
  context.stroke()
  context.restore()

  context.beginPath()
  context.roundRect(0, 0, width, height, corner)
  context.strokeStyle = itIsMe ? sceneColours.it : sceneColours.wall
  context.lineWidth = 3
  context.stroke()
}
