import type { Ending, Round } from './match.js'

/** What the process that measures asks of those that play, and what they answer: one answer to each question. */
export interface Requests {
  /** Begins a match; the answer is the heap of the server's state, measured on so many servers. */
  open: { request: { scene: string; system: string; heapCopies: number }; answer: { heapMb: number } }
  round: { request: { ticks: number }; answer: Round }
  /** The server's side alone, measured as a whole. */
  batch: { request: { ticks: number }; answer: { msPerTick: number; bytes: number } }
  finish: { request: Record<never, never>; answer: Ending }
  /** The heap of so many versions above that of the last one. */
  retained: { request: { scene: string; versions: number }; answer: { heapMb: number } }
}

export type RequestKind = keyof Requests

export type AnyRequest = { [Kind in RequestKind]: { kind: Kind } & Requests[Kind]['request'] }[RequestKind]

export type Reply = { answer: Requests[RequestKind]['answer'] } | { error: string }
