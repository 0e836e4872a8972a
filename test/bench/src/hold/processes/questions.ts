import type { AttackCounts } from '../attacker.js'
import type { Kind } from '../generator/kinds.js'
import type { SearchCost } from '../generator/search.js'

/** A member as it travels between processes. */
export interface SentMember {
  readonly kind: Kind
  readonly genes: readonly number[]
}

type Nothing = Record<never, never>

/** What is asked of the process of the server. */
export interface HoldServerQuestions {
  /** @param root of the checkout whose server runs. `isPaused`: the game does not run. */
  open: { question: { root: string; isPaused: boolean }; answer: { port: number } }
  begin: { question: Nothing; answer: null }
  end: { question: Nothing; answer: HoldFigures }
}

export interface HoldFigures {
  /** Processor time of the server between two ticks, in ms. */
  readonly holdP50Ms: number
  readonly holdP99Ms: number
  readonly holdMaxMs: number
  /** The same of the whole process, with the engine's threads. */
  readonly processP99Ms: number
  /** Ticks that came by themselves: of several in one go one counts. */
  readonly ticks: number
  readonly dueTicks: number
  readonly cpuMs: number
  /** Heap and buffers in use at the end, before a collection, at most. */
  readonly heapMb: number
  /** The same after a collection. */
  readonly keptMb: number
  /** Warnings and errors of the server with their number, at most twenty different ones. */
  readonly log: Readonly<Record<string, number>>
}

/** What is asked of the process of the honest clients. */
export interface HonestQuestions {
  open: { question: { root: string; port: number; clients: number }; answer: null }
  begin: { question: Nothing; answer: null }
  end: { question: Nothing; answer: HonestFigures }
}

export interface HonestFigures {
  readonly requests: number
  /** Requests without an answer at the end: each counts with the time that it has waited. */
  readonly unanswered: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Clients that are still connected. */
  readonly connected: number
}

/** What is asked of the process of the attackers. */
export interface AttackQuestions {
  open: {
    question: { root: string; port: number; members: readonly SentMember[]; addresses: readonly string[] }
    answer: null
  }
  begin: { question: Nothing; answer: null }
  end: { question: Nothing; answer: AttackCounts }
}

/** What is asked of the process that searches. */
export interface SearchQuestions {
  kinds: { question: { root: string }; answer: readonly Kind[] }
  find: {
    question: { root: string; subject: Kind; tries: number; seed: number; withHeap: boolean }
    answer: readonly WorstMember[]
  }
}

/** The worst member of a kind that a search has found. */
export interface WorstMember extends SentMember {
  readonly aim: 'time' | 'heap' | 'rate'
  readonly cost: SearchCost
}
