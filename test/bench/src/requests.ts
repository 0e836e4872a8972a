import type { Ending, Round } from './match.js'
import type { VersionKb } from './measure-heap.js'
import type { Profile, ProfileEffort } from './profile.js'

/** What a process has played until it was warm. */
export interface WarmUp {
  /** Of the ticks that are asked for, those before included: the same in each run. */
  ticks: number
  changes: number
  bytes: number
  /** Of a snapshot after these ticks. */
  snapshotBytes: number
  /** How long a tick takes server and clients together when the process is warm, in ms. */
  msPerTick: number
}

/** What the process that measures asks of those that play, and what they answer: one answer to each question. */
export interface Requests {
  /** Begins a match; the answer is the heap of the server's state, measured on so many servers; not measured on fewer than two. */
  open: { request: { scene: string; system: string; heapCopies: number }; answer: { heapMb: number | null } }
  /** The first ticks of a process: nothing is compiled, nothing is collected beforehand. */
  cold: { request: { ticks: number }; answer: Round }
  /** Plays on until so many ticks have been played since `open`, and for so much processor time. */
  warm: { request: { ticks: number; ms: number }; answer: WarmUp }
  round: { request: { ticks: number }; answer: Round }
  /** The server's side alone, measured as a whole. */
  batch: { request: { ticks: number }; answer: { msPerTick: number; bytes: number } }
  finish: { request: Record<never, never>; answer: Ending }
  /** Ends the match. The heap of a server's state, measured on so many servers, of which there are two at least. */
  heap: { request: { scene: string; system: string; heapCopies: number }; answer: { heapMb: number } }
  /** The heap of so many versions above that of the last one. */
  retained: { request: { scene: string; versions: number }; answer: { heapMb: number } }
  /** The heap of one version, measured on so many. */
  version: { request: { scene: string; copies: number }; answer: VersionKb }
  /** Where the time of our server goes. */
  profile: { request: { scene: string } & ProfileEffort; answer: Profile }
}

export type RequestKind = keyof Requests

export type AnyRequest = { [Kind in RequestKind]: { kind: Kind } & Requests[Kind]['request'] }[RequestKind]

export type Reply = { answer: Requests[RequestKind]['answer'] } | { error: string }
