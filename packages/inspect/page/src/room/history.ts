import { useEffect, useRef, useState } from 'preact/hooks'
import type {
  BytesAnswer,
  BytesQuery,
  DiffAnswer,
  DiffQuery,
  TreeAnswer,
  TreeQuery,
} from '../../../src/shared/look-requests.js'
import type { Ask } from '../live/look.js'

/** Versions that can be looked at: of a room, or of a recording. */
export interface History {
  /** Pause between two requests for the same place, in ms. */
  readonly pauseMs: number
  tree(query: TreeQuery): Promise<TreeAnswer>
  diff(query: DiffQuery): Promise<DiffAnswer>
  /** Undefined if nothing says what the bytes are spent on. */
  bytes?(query: BytesQuery): Promise<BytesAnswer>
}

/** The history that the inspector keeps of a room. */
export function historyOver(ask: Ask): Required<History> {
  return {
    pauseMs,
    tree: (query) => ask('tree', query),
    diff: (query) => ask('diff', query),
    bytes: (query) => ask('bytes', query),
  }
}

/** An answer that is shown until the next one is there. */
export interface Shown<Question, Answer> {
  readonly answer: Answer | undefined
  /** What it answers: meanwhile another question may be asked. */
  readonly question: Question | undefined
  /** Why there is no newer one; undefined if all is well. */
  readonly fault: string | undefined
}

/** While a room is live, it is asked for so often at most: people read no faster, and the server has a game to run. */
const pauseMs = 400

/**
 * Asks anew when `question` has changed: one request at a time, and the newest question next.
 * @param question anything that JSON can write; undefined: nothing is asked
 */
export function useAnswer<Question, Answer>(
  question: Question | undefined,
  ask: (question: Question) => Promise<Answer>,
  pauseMs: number,
): Shown<Question, Answer> {
  const [shown, setShown] = useState<Shown<Question, Answer>>({
    answer: undefined,
    question: undefined,
    fault: undefined,
  })
  const key = question === undefined ? undefined : JSON.stringify(question)
  const turn = useRef<{ wanted: string | undefined; asked: string | undefined; isBusy: boolean; isGone: boolean }>({
    wanted: undefined,
    asked: undefined,
    isBusy: false,
    isGone: false,
  })
  const latest = useRef(ask)
  latest.current = ask

  useEffect(() => {
    turn.current.isGone = false
    return () => {
      turn.current.isGone = true
    }
  }, [])
  useEffect(() => {
    const state = turn.current
    state.wanted = key
    if (state.isBusy || key === undefined || key === state.asked) return
    const work = async (): Promise<void> => {
      state.isBusy = true
      while (!state.isGone && state.wanted !== undefined && state.wanted !== state.asked) {
        state.asked = state.wanted
        const asked = JSON.parse(state.asked) as Question
        let next: Shown<Question, Answer>
        try {
          next = { answer: await latest.current(asked), question: asked, fault: undefined }
        } catch (error) {
          const fault = error instanceof Error ? error.message : String(error)
          next = { answer: undefined, question: undefined, fault }
        }
        if (state.isGone) break
        setShown((before) => (next.fault === undefined ? next : { ...before, fault: next.fault }))
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
      state.isBusy = false
    }
    work()
  }, [key])

  return shown
}
