import type { Spot } from '../../field.js'
import type { Camera } from '../camera.js'
import { colours, fontFamily } from '../palette.js'
import { drawGlow } from './figures.js'

const tracerMs = 130
const sparksMs = 320
const burstMs = 620
const wordMs = 850

interface Effect {
  readonly startMs: number
  readonly lifeMs: number
  /** In units of the field. @param progress 0 to 1 */
  readonly draw?: (context: CanvasRenderingContext2D, progress: number) => void
  /** A text that rises, in CSS pixels of its own. */
  readonly word?: { readonly text: string; readonly at: Spot; readonly colour: string }
  /** For taking it back. */
  readonly key?: string
}

/** What shows for a moment: tracers, sparks, bursts and words. It is seen once for each event, and is in no state. */
export class Effects {
  #effects: Effect[] = []

  /** The way of a shot. */
  tracer(nowMs: number, from: Spot, to: Spot, colour: string, isHit: boolean): void {
    this.#add(nowMs, tracerMs, (context, progress) => {
      const line = context.createLinearGradient(from.x, from.y, to.x, to.y)
      line.addColorStop(0, 'transparent')
      line.addColorStop(0.25, colour)
      line.addColorStop(1, '#ffffff')
      context.globalAlpha = 1 - progress
      context.strokeStyle = line
      context.lineWidth = 3.2 - 2 * progress
      context.lineCap = 'round'
      context.beginPath()
      context.moveTo(from.x, from.y)
      context.lineTo(to.x, to.y)
      context.stroke()
      drawGlow(context, from.x, from.y, 26, '#fff3c4', 0.9)
    })
    this.#sparks(nowMs, to, isHit ? colours.hit : '#b9c8e6', Math.atan2(from.y - to.y, from.x - to.x), isHit ? 9 : 5)
  }

  /** The damage that the player has done. */
  damage(nowMs: number, shot: string, at: Spot, amount: number): void {
    this.#word(nowMs, `−${amount}`, at, colours.hit, shot)
  }

  /** A shot that was shown as a hit was none. */
  takeBackDamage(nowMs: number, shot: string, at: Spot): void {
    this.#effects = this.#effects.filter(({ key }) => key !== shot)
    this.#word(nowMs, 'missed', at, '#b9c8e6')
  }

  word(nowMs: number, text: string, at: Spot, colour: string): void {
    this.#word(nowMs, text, at, colour)
    this.#ring(nowMs, at, colour, 40)
  }

  /** A player has fallen. */
  burst(nowMs: number, at: Spot, colour: string): void {
    this.#ring(nowMs, at, colour, 90)
    this.#sparks(nowMs, at, colour, undefined, 22)
  }

  /** @param still no motion: no sparks and rings */
  draw(context: CanvasRenderingContext2D, nowMs: number, still: boolean): void {
    this.#effects = this.#effects.filter(({ startMs, lifeMs }) => nowMs < startMs + lifeMs)
    for (const { startMs, lifeMs, draw } of this.#effects) {
      const progress = Math.max(0, (nowMs - startMs) / lifeMs)
      if (draw !== undefined && !(still && lifeMs > tracerMs)) draw(context, progress)
      context.globalAlpha = 1
    }
  }

  drawWords(context: CanvasRenderingContext2D, nowMs: number, { scale, offsetX, offsetY }: Camera): void {
    context.font = `800 15px ${fontFamily}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineWidth = 3.5
    context.strokeStyle = colours.textEdge
    for (const { startMs, lifeMs, word } of this.#effects) {
      if (word === undefined) continue
      const progress = Math.max(0, (nowMs - startMs) / lifeMs)
      const x = word.at.x * scale + offsetX
      const y = word.at.y * scale + offsetY - 30 - 34 * progress
      context.globalAlpha = 1 - progress ** 3
      context.fillStyle = word.colour
      context.strokeText(word.text, x, y)
      context.fillText(word.text, x, y)
    }
    context.globalAlpha = 1
  }

  #word(startMs: number, text: string, at: Spot, colour: string, key?: string): void {
    this.#effects.push({ startMs, lifeMs: wordMs, word: { text, at, colour }, ...(key !== undefined && { key }) })
  }

  #ring(nowMs: number, at: Spot, colour: string, reach: number): void {
    this.#add(nowMs, burstMs, (context, progress) => {
      context.globalAlpha = 1 - progress
      context.strokeStyle = colour
      context.lineWidth = 5 * (1 - progress) + 0.5
      context.beginPath()
      context.arc(at.x, at.y, 14 + reach * (1 - (1 - progress) ** 2), 0, 2 * Math.PI)
      context.stroke()
    })
  }

  /** @param towards the middle of the fan, in radians; undefined: all round */
  #sparks(nowMs: number, at: Spot, colour: string, towards: number | undefined, count: number): void {
    const sparks = Array.from({ length: count }, () => ({
      angle: towards === undefined ? Math.random() * 2 * Math.PI : towards + (Math.random() - 0.5) * 1.7,
      way: 18 + Math.random() * (towards === undefined ? 90 : 42),
    }))
    this.#add(nowMs, towards === undefined ? burstMs : sparksMs, (context, progress) => {
      const share = 1 - (1 - progress) ** 2
      context.globalAlpha = 1 - progress
      context.fillStyle = colour
      for (const { angle, way } of sparks) {
        const x = at.x + Math.cos(angle) * way * share
        const y = at.y + Math.sin(angle) * way * share
        context.fillRect(x - 1.8, y - 1.8, 3.6, 3.6)
      }
    })
  }

  #add(startMs: number, lifeMs: number, draw: NonNullable<Effect['draw']>): void {
    this.#effects.push({ startMs, lifeMs, draw })
  }
}
