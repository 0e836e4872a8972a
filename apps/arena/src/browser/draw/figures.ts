import type { Immutable } from '@tygase/gamestate'
import { bodyRadius, fullHealth, orbRadius, orbSpeed, pickupSeconds } from '../../field.js'
import type { Body, Orb, Pickup } from '../../state.js'
import type { Camera } from '../camera.js'
import { bodyColour, colours, fontFamily } from '../palette.js'

const circle = 2 * Math.PI
const radius = bodyRadius

/** A disc with its rifle. @param angle of the aim; the own one is that of the hand, not of the state */
export function drawBody(context: CanvasRenderingContext2D, body: Immutable<Body>, angle: number, isMe: boolean): void {
  const { x, y } = body
  const colour = bodyColour(body.colour)
  context.globalAlpha = body.waits ? 0.35 : 1
  drawGlow(context, x, y, radius * 2.4, colour, isMe ? 0.4 : 0.28)

  context.save()
  context.translate(x, y)
  context.rotate(angle)
  context.fillStyle = '#dfe9fb'
  context.beginPath()
  context.roundRect(radius * 0.45, -4.5, radius * 1.05, 9, 3)
  context.fill()
  context.fillStyle = 'rgba(6, 10, 20, 0.55)'
  context.fillRect(radius * 0.45, -1, radius * 1.05, 2)
  context.restore()

  context.beginPath()
  context.arc(x, y, radius, 0, circle)
  context.fillStyle = colour
  context.fill()
  context.lineWidth = 2.5
  context.strokeStyle = isMe ? '#ffffff' : 'rgba(5, 8, 15, 0.55)'
  context.stroke()
  context.beginPath()
  context.arc(x + Math.cos(angle) * 5, y + Math.sin(angle) * 5, radius * 0.5, 0, circle)
  context.fillStyle = 'rgba(6, 10, 20, 0.72)'
  context.fill()
  context.beginPath()
  context.arc(x + Math.cos(angle) * 9, y + Math.sin(angle) * 9, radius * 0.2, 0, circle)
  context.fillStyle = 'rgba(255, 255, 255, 0.92)'
  context.fill()
  context.globalAlpha = 1
}

/** The bar above a disc, and the name below. In CSS pixels, so that text has one size on every screen. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  body: Immutable<Body>,
  name: string,
  { scale, offsetX, offsetY }: Camera,
): void {
  const x = body.x * scale + offsetX
  const y = body.y * scale + offsetY
  const reach = radius * scale
  const width = Math.max(34, reach * 2.1)
  const share = body.health / fullHealth
  const top = y - reach - 13
  context.fillStyle = colours.textEdge
  context.beginPath()
  context.roundRect(x - width / 2 - 1.5, top - 1.5, width + 3, 8, 4)
  context.fill()
  context.fillStyle = share > 0.5 ? colours.med : share > 0.25 ? colours.hit : colours.danger
  context.beginPath()
  context.roundRect(x - width / 2, top, width * share, 5, 2.5)
  context.fill()
  context.font = `600 ${Math.round(Math.max(11, Math.min(15, reach * 0.75)))}px ${fontFamily}`
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.lineJoin = 'round'
  context.lineWidth = 3.5
  context.strokeStyle = colours.textEdge
  context.fillStyle = colours.text
  context.strokeText(name, x, y + reach + 5, 130)
  context.fillText(name, x, y + reach + 5, 130)
}

/** An orb with its tail. */
export function drawOrb(context: CanvasRenderingContext2D, { x, y, vx, vy }: Immutable<Orb>, colour: string): void {
  const tail = context.createLinearGradient(x, y, x - (vx / orbSpeed) * 46, y - (vy / orbSpeed) * 46)
  tail.addColorStop(0, colour)
  tail.addColorStop(1, 'transparent')
  context.strokeStyle = tail
  context.lineWidth = orbRadius * 1.3
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x - (vx / orbSpeed) * 46, y - (vy / orbSpeed) * 46)
  context.stroke()
  drawGlow(context, x, y, orbRadius * 3, colour, 0.7)
  context.beginPath()
  context.arc(x, y, orbRadius * 0.8, 0, circle)
  context.fillStyle = '#ffffff'
  context.fill()
}

/** A pick-up, or the ring that fills until it is there again. @param time the game time, in seconds */
export function drawPickup(
  context: CanvasRenderingContext2D,
  pickup: Immutable<Pickup>,
  time: number,
  beat: number,
): void {
  const { x, y, kind, isThere, backAt } = pickup
  const colour = kind === 'med' ? colours.med : colours.charge
  if (!isThere) {
    const share = Math.min(1, Math.max(0, 1 - (backAt - time) / pickupSeconds))
    context.globalAlpha = 0.35
    context.strokeStyle = colour
    context.lineWidth = 2.5
    context.beginPath()
    context.arc(x, y, 15, -Math.PI / 2, -Math.PI / 2 + circle * share)
    context.stroke()
    context.globalAlpha = 1
    return
  }
  drawGlow(context, x, y, 34 + 5 * beat, colour, 0.4)
  context.fillStyle = 'rgba(8, 12, 22, 0.9)'
  context.strokeStyle = colour
  context.lineWidth = 2
  context.beginPath()
  context.roundRect(x - 15, y - 15, 30, 30, 9)
  context.fill()
  context.stroke()
  context.fillStyle = colour
  if (kind === 'med') {
    context.fillRect(x - 3, y - 9, 6, 18)
    context.fillRect(x - 9, y - 3, 18, 6)
    return
  }
  for (const [dx, dy] of [
    [0, -6],
    [-6, 5],
    [6, 5],
  ] as const) {
    context.beginPath()
    context.arc(x + dx, y + dy, 4, 0, circle)
    context.fill()
  }
}

/** Light that fades to the outside. */
export function drawGlow(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  reach: number,
  colour: string,
  strength: number,
): void {
  const glow = context.createRadialGradient(x, y, 0, x, y, reach)
  glow.addColorStop(0, colour)
  glow.addColorStop(1, 'transparent')
  const before = context.globalAlpha
  context.globalAlpha = before * strength
  context.fillStyle = glow
  context.fillRect(x - reach, y - reach, 2 * reach, 2 * reach)
  context.globalAlpha = before
}
