// A process in which one system shows many clients their parts of a state.
import { answerParent } from './net/answer-parent.js'
import { LoneView } from './views/lone-view.js'
import { throngSize } from './views/throng.js'
import { ViewMatch, type ViewRound } from './views/view-match.js'
import { viewSystemNamed } from './views/view-systems.js'

export interface ViewQuestions {
  /** Begins a match. */
  open: { question: { system: string }; answer: null }
  /** View and delta of one client over so many rows: the median of so many ticks, in ms. */
  lone: { question: { rows: number; ticks: number }; answer: number }
  round: { question: { ticks: number }; answer: ViewRound }
  /** Where states are not the same that should be. */
  finish: { question: Record<never, never>; answer: string | null }
}

/** What is played and not counted when another process has had its turn. */
const runInTicks = 10

let match: ViewMatch | undefined
let lone: LoneView | undefined

answerParent<ViewQuestions>({
  open({ system }) {
    match = new ViewMatch(throngSize, viewSystemNamed(system))
    return null
  },
  lone({ rows, ticks }) {
    lone ??= new LoneView(rows)
    lone.playRound(runInTicks)
    return lone.playRound(ticks)
  },
  round({ ticks }) {
    match!.playRound(runInTicks)
    return match!.playRound(ticks)
  },
  finish: () => match!.findDifference() ?? null,
})
