import type { Scene } from '../scene.js'
import { drawInteger, drawWords } from './draw.js'

interface Line {
  from: number
  text: string
}

const length = 60

export const log: Scene<{ lines: Line[] }> = {
  name: 'log',
  about: 'an array of 60 lines; each tick adds one at its end and removes one at its front',
  ticksPerRound: 300,
  begin(random) {
    const drawLine = () => ({ from: drawInteger(random, 32), text: drawWords(random, 2 + drawInteger(random, 6)) })
    return {
      initialState: () => ({ lines: Array.from({ length }, drawLine) }),
      next: () => {
        const line = drawLine()
        return {
          changes: 2,
          play({ lines }, make) {
            lines.push(make('line', line))
            lines.shift()
          },
        }
      },
    }
  },
}
