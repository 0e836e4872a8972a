import type { Immutable, ServerEventsOf, StateOf } from '@tygase/gamestate'
import { board } from './board.js'
import type { frost } from './game.js'

type Shot = ServerEventsOf<typeof frost>['shot']
type Discs = Immutable<StateOf<typeof frost>>['discs']

const beamMs = 250

/** The beams of shots. Each is seen for a moment, so it is in no state. */
export class Beams {
  #beams: (Shot & { untilMs: number })[] = []

  add(shot: Shot): void {
    this.#beams.push({ ...shot, untilMs: performance.now() + beamMs })
  }

  /** From the disc that shot to the disc that it hit, where they are drawn now. */
  draw(pen: CanvasRenderingContext2D, discs: Discs): void {
    const now = performance.now()
    this.#beams = this.#beams.filter(({ untilMs }) => untilMs > now)
    for (const { by, angle, whom, untilMs } of this.#beams) {
      const from = discs.get(by)
      if (from === undefined) continue
      const far = { x: from.x + Math.cos(angle) * board.width, y: from.y + Math.sin(angle) * board.width }
      const to = (whom !== null && discs.get(whom)) || far
      pen.beginPath()
      pen.moveTo(from.x, from.y)
      pen.lineTo(to.x, to.y)
      pen.lineWidth = 6
      pen.strokeStyle = `rgb(180 230 255 / ${(untilMs - now) / beamMs})`
      pen.stroke()
    }
  }
}
