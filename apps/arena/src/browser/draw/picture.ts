import { devtools } from '@tygase/devtools'
import type { Immutable } from '@tygase/gamestate'
import { bodyRadius, field, range, type Spot } from '../../field.js'
import { distanceToWall } from '../../rules/geometry.js'
import type { Arena } from '../../state.js'
import { type Camera, cameraFor, toField } from '../camera.js'
import { bodyColour } from '../palette.js'
import { Effects } from './effects.js'
import { drawBody, drawLabel, drawOrb, drawPickup } from './figures.js'
import { drawFloor, drawWalls } from './floor.js'

/** Dots for a CSS pixel, at most: more are not seen in motion and cost phones time. */
const maxRatio = 2
/** Time for two thirds of the way to a new place of the view. */
const panMs = 90
const beatMs = 1600

/** A moment of the game, as it is drawn. */
export interface Moment {
  /** Of `connection.scene()`. Undefined before there is a game. */
  readonly scene: Immutable<Arena> | undefined
  /** The player's own id. */
  readonly me: string
  /** The player's aim, in radians. */
  readonly angle: number
  /** Game time in seconds. */
  readonly time: number
  readonly nowMs: number
}

/** The canvas with the field on it. */
export class Picture {
  readonly effects = new Effects()
  readonly #element: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #wantsStill = window.matchMedia('(prefers-reduced-motion: reduce)')
  #focus: Spot = { x: field.width / 2, y: field.height / 2 }
  #drawnAtMs = 0
  #camera: Camera = { scale: 1, offsetX: 0, offsetY: 0 }
  /** Where players were drawn last, by id: also those who are out of sight now. */
  readonly #places = new Map<string, Spot>()

  constructor(element: HTMLCanvasElement) {
    const context = element.getContext('2d')
    if (context === null) throw new Error('this browser cannot draw on a canvas')
    this.#element = element
    this.#context = context
  }

  /** The place in the field under a point of the page. */
  under(pageX: number, pageY: number): Spot {
    const { left, top } = this.#element.getBoundingClientRect()
    return toField(this.#camera, pageX - left, pageY - top)
  }

  /** Where a player was drawn last. */
  placeOf(id: string): Spot | undefined {
    return this.#places.get(id)
  }

  draw({ scene, me, angle, time, nowMs }: Moment): void {
    const context = this.#context
    const { clientWidth: width, clientHeight: height } = this.#element
    const ratio = Math.min(maxRatio, window.devicePixelRatio || 1)
    this.#fit(Math.round(width * ratio), Math.round(height * ratio))
    const own = scene?.bodies.get(me)
    this.#pan(own, nowMs)
    this.#camera = cameraFor(width, height, this.#focus)
    const { scale, offsetX, offsetY } = this.#camera
    const still = this.#wantsStill.matches

    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * offsetX, ratio * offsetY)
    drawFloor(context, own)
    const beat = still ? 0.5 : 0.5 + 0.5 * Math.sin((nowMs / beatMs) * 2 * Math.PI)
    if (scene !== undefined) {
      for (const pickup of scene.pickups.values()) drawPickup(context, pickup, time, beat)
      if (own !== undefined && !own.waits) drawAim(context, own, angle)
      for (const orb of scene.orbs.values()) drawOrb(context, orb, bodyColour(scene.scores.get(orb.owner)?.colour ?? 0))
      for (const [id, body] of scene.bodies) {
        this.#places.set(id, { x: body.x, y: body.y })
        drawBody(context, body, id === me ? angle : body.angle, id === me)
      }
    }
    drawWalls(context)
    this.effects.draw(context, nowMs, still)
    devtools.draw(context)

    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    if (scene !== undefined) {
      for (const [id, body] of scene.bodies) {
        if (!body.waits) drawLabel(context, body, scene.scores.get(id)?.name ?? '', this.#camera)
      }
    }
    this.effects.drawWords(context, nowMs, this.#camera)
  }

  #fit(width: number, height: number): void {
    if (this.#element.width === width && this.#element.height === height) return
    this.#element.width = width
    this.#element.height = height
  }

  /** Follows the player. A new place after a death is a pan, not a cut. */
  #pan(own: Spot | undefined, nowMs: number): void {
    const share = this.#drawnAtMs === 0 ? 1 : 1 - Math.exp(-(nowMs - this.#drawnAtMs) / panMs)
    this.#drawnAtMs = nowMs
    if (own === undefined) return
    const { x, y } = this.#focus
    this.#focus = { x: x + (own.x - x) * share, y: y + (own.y - y) * share }
  }
}

/** A faint line to where a shot would end. */
function drawAim(context: CanvasRenderingContext2D, own: Spot, angle: number): void {
  const dx = Math.cos(angle)
  const dy = Math.sin(angle)
  const length = distanceToWall(own, dx, dy, range)
  context.strokeStyle = 'rgba(238, 244, 255, 0.13)'
  context.lineWidth = 1.5
  context.setLineDash([6, 9])
  context.beginPath()
  context.moveTo(own.x + dx * bodyRadius * 1.7, own.y + dy * bodyRadius * 1.7)
  context.lineTo(own.x + dx * length, own.y + dy * length)
  context.stroke()
  context.setLineDash([])
}
