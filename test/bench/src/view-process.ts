// A process in which one system shows many clients their parts of a state.
import { answerParent } from './net/answer-parent.js'
import { throngSize } from './views/throng.js'
import { ViewMatch, type ViewRound } from './views/view-match.js'
import { viewSystemNamed } from './views/view-systems.js'

export interface ViewQuestions {
  /** Begins a match. */
  open: { question: { system: string }; answer: null }
  round: { question: { ticks: number }; answer: ViewRound }
  /** Where states are not the same that should be. */
  finish: { question: Record<never, never>; answer: string | null }
}

/** What is played and not counted after each collection, which throws compiled code away. */
const runInTicks = 10

let match: ViewMatch | undefined

answerParent<ViewQuestions>({
  open({ system }) {
    match = new ViewMatch(throngSize, viewSystemNamed(system))
    return null
  },
  round({ ticks }) {
    // what was left behind before is not to be collected on this round's time
    globalThis.gc?.()
    match!.playRound(runInTicks)
    return match!.playRound(ticks)
  },
  finish: () => match!.findDifference() ?? null,
})
