import { arena } from '../arena.js'
import { type Burst, Bursts } from './bursts.js'
import { aim } from './camera.js'
import { Canvas } from './canvas.js'
import { drawScene } from './draw/scene.js'
import type { Frame } from './frame.js'
import { Trails } from './trails.js'

const middle = { x: arena.width / 2, y: arena.height / 2 }
/** Time for two thirds of the way to a new focus. */
const panMs = 140

/** The arena on the screen, with trails, bursts and the place of the view. */
export class Stage {
  readonly #canvas: Canvas
  readonly #trails = new Trails()
  readonly #bursts = new Bursts()
  readonly #wantsStill = window.matchMedia('(prefers-reduced-motion: reduce)')
  #focus = middle
  #drawnAtMs = 0

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = new Canvas(canvas)
  }

  burst({ x, y, colour, startMs }: Burst): void {
    this.#bursts.add({ x, y, colour, startMs })
  }

  /** @param me the player's own id; undefined if it only watches */
  draw(frame: Frame, me: string | undefined, nowMs: number): void {
    this.#canvas.fit()
    this.#trails.note(frame.discs, nowMs)
    this.#follow(frame, me, nowMs)
    drawScene(this.#canvas, {
      frame,
      camera: aim(this.#canvas.width, this.#canvas.height, this.#focus),
      trails: this.#trails,
      bursts: this.#bursts,
      me,
      nowMs,
      still: this.#wantsStill.matches,
    })
    this.#drawnAtMs = nowMs
  }

  /** Follows the own disc, else *it*, else the middle. A change of the target is a pan, not a cut. */
  #follow({ discs }: Frame, me: string | undefined, nowMs: number): void {
    const target = discs.find((disc) => disc.clientId === me) ?? discs.find((disc) => disc.isIt) ?? middle
    const share = this.#drawnAtMs === 0 ? 1 : 1 - Math.exp(-(nowMs - this.#drawnAtMs) / panMs)
    const { x, y } = this.#focus
    this.#focus = { x: x + (target.x - x) * share, y: y + (target.y - y) * share }
  }
}
