import type { ServerQuestions } from '../journal/questions.js'

/** What the process of a server is asked. */
export interface SeenServerQuestions extends Omit<ServerQuestions, 'open'> {
  /** Begins a server with small rooms. */
  open: { question: SeenServer; answer: { port: number } }
}

interface SeenServer {
  /** True: with metrics, Prometheus and the inspector, at which nobody looks. */
  readonly isSeen: boolean
  /** Number of its rooms. */
  readonly rooms: number
}
