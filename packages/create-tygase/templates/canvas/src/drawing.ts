import { devtools } from '@tygase/devtools'
import type { Immutable, StateOf } from '@tygase/gamestate'
import { fieldSize, playerRadius } from './field.js'
import type { Gem, game, Player } from './game.js'

type Scene = Immutable<StateOf<typeof game>>

interface Spark {
  x: number
  y: number
  vx: number
  vy: number
  hue: number
  bornMs: number
}

const sparkMs = 600
const tile = 80

/** Draws the field around the own player. */
export class Drawing {
  readonly #canvas: HTMLCanvasElement
  readonly #pen: CanvasRenderingContext2D
  readonly #ownId: string
  #sparks: Spark[] = []
  #camera: { x: number; y: number } | undefined

  constructor(canvas: HTMLCanvasElement, ownId: string) {
    this.#canvas = canvas
    this.#pen = canvas.getContext('2d')!
    this.#ownId = ownId
  }

  /** A gem is gone: sparks fly. */
  sparkle({ x, y, worth }: { x: number; y: number; worth: number }): void {
    for (let i = 0; i < 10 + worth * 4; i++) {
      const [angle, pace] = [Math.random() * 2 * Math.PI, 60 + Math.random() * 220]
      const hue = worth > 1 ? 42 : 172
      this.#sparks.push({
        x,
        y,
        vx: Math.cos(angle) * pace,
        vy: Math.sin(angle) * pace,
        hue,
        bornMs: performance.now(),
      })
    }
  }

  draw(scene: Scene): void {
    const pen = this.#pen
    const [width, height, ratio] = [innerWidth, innerHeight, devicePixelRatio]
    if (this.#canvas.width !== width * ratio || this.#canvas.height !== height * ratio) {
      this.#canvas.width = width * ratio
      this.#canvas.height = height * ratio
    }
    const own = scene.players.get(this.#ownId)
    const zoom = Math.max(0.55, Math.min(1.1, Math.min(width, height) / 820))
    const aim = {
      x: inView(own?.x ?? fieldSize / 2, width / zoom),
      y: inView(own?.y ?? fieldSize / 2, height / zoom),
    }
    this.#camera ??= { x: aim.x, y: aim.y }
    this.#camera.x += (aim.x - this.#camera.x) * 0.12
    this.#camera.y += (aim.y - this.#camera.y) * 0.12
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.fillStyle = '#0b1020'
    pen.fillRect(0, 0, width, height)
    pen.translate(width / 2, height / 2)
    pen.scale(zoom, zoom)
    pen.translate(-this.#camera.x, -this.#camera.y)
    this.#drawField()
    for (const [id, gem] of scene.gems) this.#drawGem(id, gem)
    for (const [id, player] of scene.players) if (id !== this.#ownId) this.#drawPlayer(player, false)
    if (own !== undefined) this.#drawPlayer(own, true)
    this.#drawSparks()
    devtools.draw(pen)
  }

  #drawField(): void {
    const pen = this.#pen
    pen.fillStyle = '#121a33'
    pen.beginPath()
    pen.roundRect(0, 0, fieldSize, fieldSize, 40)
    pen.fill()
    pen.save()
    pen.clip()
    pen.fillStyle = '#16203d'
    for (let x = 0; x < fieldSize / tile; x++) {
      for (let y = x % 2; y < fieldSize / tile; y += 2) pen.fillRect(x * tile, y * tile, tile, tile)
    }
    pen.restore()
    pen.lineWidth = 6
    pen.strokeStyle = '#34457f'
    pen.stroke()
  }

  #drawGem(id: string | number, { x, y, worth }: Immutable<Gem>): void {
    const pen = this.#pen
    const size = worth > 1 ? 17 : 12
    const hue = worth > 1 ? 42 : 172
    // each bobs in its own time
    const phase = String(id).charCodeAt(String(id).length - 1)
    pen.save()
    pen.translate(x, y + Math.sin(performance.now() / 380 + phase) * 4)
    const glow = pen.createRadialGradient(0, 0, 2, 0, 0, size * 2.6)
    glow.addColorStop(0, `hsl(${hue} 90% 60% / 0.45)`)
    glow.addColorStop(1, `hsl(${hue} 90% 60% / 0)`)
    pen.fillStyle = glow
    pen.fillRect(-size * 3, -size * 3, size * 6, size * 6)
    const faces = [
      [`hsl(${hue} 90% 72%)`, -1],
      [`hsl(${hue} 80% 54%)`, 1],
    ] as const
    for (const [color, side] of faces) {
      pen.fillStyle = color
      pen.beginPath()
      pen.moveTo(0, -size)
      pen.lineTo(side * size * 0.8, -size * 0.15)
      pen.lineTo(0, size)
      pen.fill()
    }
    pen.restore()
  }

  #drawPlayer({ name, hue, x, y, dx, dy }: Immutable<Player>, isOwn: boolean): void {
    const pen = this.#pen
    const r = playerRadius
    pen.save()
    pen.translate(x, y)
    pen.fillStyle = '#0006'
    pen.beginPath()
    pen.ellipse(0, r * 0.85, r * 0.95, r * 0.4, 0, 0, 2 * Math.PI)
    pen.fill()
    const body = pen.createRadialGradient(-r * 0.4, -r * 0.5, r * 0.2, 0, 0, r)
    body.addColorStop(0, `hsl(${hue} 85% 74%)`)
    body.addColorStop(1, `hsl(${hue} 70% 50%)`)
    pen.fillStyle = body
    pen.beginPath()
    pen.arc(0, 0, r, 0, 2 * Math.PI)
    pen.fill()
    if (isOwn) {
      pen.lineWidth = 3
      pen.strokeStyle = '#fff'
      pen.stroke()
    }
    for (const side of [-1, 1]) {
      const [ex, ey] = [side * 9 + dx * 5, -4 + dy * 5]
      pen.fillStyle = '#fff'
      pen.beginPath()
      pen.arc(ex, ey, 7, 0, 2 * Math.PI)
      pen.fill()
      pen.fillStyle = '#10162b'
      pen.beginPath()
      pen.arc(ex + dx * 3, ey + dy * 3, 3.5, 0, 2 * Math.PI)
      pen.fill()
    }
    pen.font = '600 15px system-ui, sans-serif'
    pen.textAlign = 'center'
    pen.fillStyle = isOwn ? '#fff' : '#c9d2f0'
    pen.fillText(name, 0, -r - 12)
    pen.restore()
  }

  #drawSparks(): void {
    const pen = this.#pen
    const now = performance.now()
    this.#sparks = this.#sparks.filter(({ bornMs }) => now - bornMs < sparkMs)
    for (const { x, y, vx, vy, hue, bornMs } of this.#sparks) {
      const age = (now - bornMs) / sparkMs
      const way = (1 - (1 - age) ** 2) / 2
      pen.fillStyle = `hsl(${hue} 95% 70% / ${1 - age})`
      pen.beginPath()
      pen.arc(x + vx * way, y + vy * way, 4 * (1 - age) + 1, 0, 2 * Math.PI)
      pen.fill()
    }
  }
}

/** Where the middle of the screen is: near the player, and not so near to the edge that half of the screen is empty. */
function inView(place: number, length: number): number {
  const least = Math.min(fieldSize / 2, length / 2 - tile)
  return Math.min(fieldSize - least, Math.max(least, place))
}
