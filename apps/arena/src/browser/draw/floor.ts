import { field, type Spot, walls } from '../../field.js'
import { colours } from '../palette.js'
import { litFrom, tracePolygon } from './light.js'

/** Units between two lines of the grid. */
const cell = 80
/** Reach of the light around the player, in units. */
const lightReach = 900
const corner = 14
/** How far walls rise on the picture, in units. */
const rise = 9

/** Draws the floor, lit where the player looks. @param viewer undefined: all of it is dark */
export function drawFloor(context: CanvasRenderingContext2D, viewer: Spot | undefined): void {
  const { width, height } = field
  context.beginPath()
  context.roundRect(0, 0, width, height, corner)
  context.fillStyle = colours.dark
  context.fill()
  if (viewer !== undefined) {
    context.save()
    tracePolygon(context, litFrom(viewer))
    context.clip()
    const light = context.createRadialGradient(viewer.x, viewer.y, 20, viewer.x, viewer.y, lightReach)
    light.addColorStop(0, colours.lit)
    light.addColorStop(1, colours.litFar)
    context.fillStyle = light
    context.fillRect(0, 0, width, height)
    drawGrid(context)
    context.restore()
  }
  context.beginPath()
  context.roundRect(0, 0, width, height, corner)
  context.strokeStyle = colours.edge
  context.lineWidth = 3
  context.stroke()
}

export function drawWalls(context: CanvasRenderingContext2D): void {
  for (const { x, y, width, height } of walls) {
    context.fillStyle = colours.wallSide
    context.beginPath()
    context.roundRect(x, y, width, height, 5)
    context.fill()
    context.fillStyle = colours.wallTop
    context.beginPath()
    context.roundRect(x, y, width, height - rise, 5)
    context.fill()
    context.strokeStyle = colours.wallEdge
    context.lineWidth = 1.2
    context.stroke()
  }
}

function drawGrid(context: CanvasRenderingContext2D): void {
  context.beginPath()
  for (let x = cell; x < field.width; x += cell) {
    context.moveTo(x, 0)
    context.lineTo(x, field.height)
  }
  for (let y = cell; y < field.height; y += cell) {
    context.moveTo(0, y)
    context.lineTo(field.width, y)
  }
  context.strokeStyle = colours.grid
  context.lineWidth = 1.5
  context.stroke()
}
