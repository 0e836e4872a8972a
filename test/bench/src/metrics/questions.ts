import type { PlayerQuestions, ServerQuestions } from '../journal/questions.js'

/** What the process of a server is asked. */
export interface SeenServerQuestions extends Omit<ServerQuestions, 'open'> {
  /** Begins a server with small rooms. */
  open: { question: SeenServer; answer: { port: number } }
}

interface SeenServer {
  /** True: with metrics, Prometheus and the inspector. */
  readonly isSeen: boolean
  /** Number of its rooms. */
  readonly rooms: number
  /** Of each room. */
  readonly rows: number
  /** Of one more room, `looked/0`; 0: there is none. */
  readonly lookedRows: number
}

/** What the process of players is asked. */
export interface SeenPlayerQuestions extends Omit<PlayerQuestions, 'open'> {
  /** Joins the rooms `movers`, each in turn, and `looked/0`. */
  open: { question: PlayerQuestions['open']['question'] & { lookedPlayers: number }; answer: null }
  /** A page looks at the room `looked/0` from now on, and reads its rows again and again. */
  look: { question: { port: number }; answer: null }
}

/** The right to look, in the benchmark. */
export const lookToken = 'a page looks with this token'
