import type { EngineRecord, RecordChange } from '../engine.js'
import type { Write } from './record-table.js'

/** What an engine wants to hear. A hub gets all of it after each break, and then each change. */
export interface Interests {
  readonly subjects: readonly string[]
  readonly responders: readonly string[]
  readonly watches: readonly { readonly id: number; readonly prefix: string }[]
  readonly wills: readonly { readonly key: string; readonly value: Uint8Array }[]
}

/** A call that gets a result with its id. */
export type Call =
  | {
      readonly type: 'request'
      readonly id: number
      readonly subject: string
      readonly bytes: Uint8Array
      readonly timeoutMs: number
    }
  | ({ readonly type: 'write'; readonly id: number } & Write)
  | { readonly type: 'get'; readonly id: number; readonly key: string }

/** From an engine to its hub. */
export type ToHub =
  | Call
  | ({ readonly type: 'interests' } & Interests)
  | { readonly type: 'publish'; readonly subject: string; readonly bytes: Uint8Array }
  /** Without bytes: the responder has failed. */
  | { readonly type: 'answer'; readonly id: number; readonly bytes: Uint8Array | undefined }

/** How a call failed. */
export type CallFailure = 'record_conflict' | 'engine_no_responder' | 'responder_failed'

/** The result of a call, by what was asked for. */
export interface CallResult {
  readonly failure?: CallFailure | undefined
  readonly bytes?: Uint8Array | undefined
  readonly revision?: number | undefined
  readonly record?: EngineRecord | undefined
}

/** From a hub to an engine. */
export type ToEngine =
  | ({ readonly type: 'result'; readonly id: number } & CallResult)
  | { readonly type: 'message'; readonly subject: string; readonly bytes: Uint8Array }
  | { readonly type: 'ask'; readonly id: number; readonly subject: string; readonly bytes: Uint8Array }
  | {
      readonly type: 'records'
      readonly id: number
      readonly records: readonly EngineRecord[]
      readonly revision: number
    }
  | { readonly type: 'change'; readonly id: number; readonly change: RecordChange }

/** True for messages that may not overtake each other, nor get lost without a break of the link. */
export function isOrdered({ type }: ToHub | ToEngine): boolean {
  return type === 'interests' || type === 'records' || type === 'change'
}
