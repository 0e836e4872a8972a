import { HelperProcess } from '../net/helper-process.js'
import { type Spread, spreadOf } from '../scene-figures.js'
import type { ViewQuestions } from '../view-process.js'

const manyRows = 20_000
const fewRows = 200
const roundTicks = 40
const warmUpRounds = 2
const program = new URL('../view-process.js', import.meta.url)

/** The time of a view over 20,000 rows, in times of one over 200: pairs of fresh processes that take turns. */
export async function compareLoneViews(pairs: number, rounds: number): Promise<Spread> {
  const ratios: number[][] = []
  for (let pair = 0; pair < pairs; pair++) {
    const many = new HelperProcess<ViewQuestions>('view of many', program)
    const few = new HelperProcess<ViewQuestions>('view of few', program)
    const found: number[] = []
    try {
      for (let number = -warmUpRounds; number < rounds; number++) {
        const manyMs = await many.ask('lone', { rows: manyRows, ticks: roundTicks })
        const fewMs = await few.ask('lone', { rows: fewRows, ticks: roundTicks })
        if (number >= 0) found.push(manyMs / fewMs)
      }
    } finally {
      await Promise.all([many.end(), few.end()])
    }
    ratios.push(found)
  }
  return spreadOf(ratios)!
}
