import type { Scene } from '../scene.js'
import { drawInteger, drawWords } from './draw.js'

interface Board {
  title: string
  body: string
}

const count = 40

export const text: Scene<{ boards: Board[] }> = {
  name: 'text',
  about: '40 objects with short strings; two change each tick: one grows at its end, one is new',
  ticksPerRound: 300,
  begin(random) {
    const drawTitle = () => drawWords(random, 2)
    const drawBody = () => drawWords(random, 3 + drawInteger(random, 4))
    const bodies = Array.from({ length: count }, drawBody)
    return {
      initialState: () => ({ boards: bodies.map((body) => ({ title: drawTitle(), body })) }),
      next: () => {
        const first = drawInteger(random, count)
        const second = (first + 1 + drawInteger(random, count - 1)) % count
        // whoever has written much begins again
        const written = bodies[first]!.length > 60 ? drawWords(random, 1) : `${bodies[first]} ${drawWords(random, 1)}`
        bodies[first] = written
        bodies[second] = drawBody()
        const replaced = bodies[second]
        return {
          changes: 2,
          play({ boards }) {
            boards[first]!.body = written
            boards[second]!.body = replaced
          },
        }
      },
    }
  },
}
