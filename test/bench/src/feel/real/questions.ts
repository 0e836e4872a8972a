import type { LinkConditions } from '@tygase/testkit'
import type { FeelLine } from '@tygase/testkit/feel'

/** The systems that are played in real time, in processes of their own. */
export type RealSystem = 'tygase' | 'colyseus'

/** What a play is made of. */
export interface RealPlay {
  readonly system: RealSystem
  readonly seconds: number
  readonly seed: number
}

export interface FeelServerQuestions {
  /** Serves the game. */
  serve: { question: RealPlay; answer: { port: number } }
  /** The versions of the server so far. */
  truth: { question: object; answer: FeelLine[] }
}

export interface FeelProxyQuestions {
  /** Forwards connections to this port over a bad network. */
  forward: { question: { port: number; link: LinkConditions; seed: number }; answer: { port: number } }
  /** Bytes from the client and to it since the last question, of all connections. */
  bytes: { question: object; answer: { up: number; down: number } }
}

export interface FeelClientQuestions {
  /** Joins and plays, and draws 60 frames a second. */
  play: { question: RealPlay & { port: number }; answer: FeelLine[] }
}

/** One clock for all processes of a machine, in ms. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
