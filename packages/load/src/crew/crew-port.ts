import { Worker } from 'node:worker_threads'
import { LoadError, type LoadErrorCode } from '../errors.js'
import type { AddressOf } from './crew.js'
import type { Slice } from './slice.js'

/** What a thread is given at its begin. */
export interface CrewData {
  readonly address: string
  readonly room: string | undefined
  readonly seed: number
  /** Absolute path of the script; undefined: players join and stay. */
  readonly script: string | undefined
}

export type CrewQuestion =
  | { readonly kind: 'join'; readonly index: number }
  | { readonly kind: 'collect' }
  | { readonly kind: 'end' }

export type CrewAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'slice'; readonly slice: Slice }

/** A crew, wherever it runs. */
export interface CrewPort {
  join(index: number): void
  /** @returns what the players have seen since the last call. Rejects with a LoadError `generator_failed` if the crew is gone */
  collect(): Promise<Slice>
  /** All players leave, and the crew ends. @returns the rest of what they have seen */
  end(): Promise<Slice>
}

/** The rooms of a server: their paths stand below the address. */
export function addressesBelow(address: string): AddressOf {
  return (room) => {
    if (room === undefined || room === '') return address
    const url = new URL(address)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${room.replace(/^\/+/, '')}`
    return url.href
  }
}

/** How long a thread may take for its last players to leave, in ms. */
const endTimeoutMs = 10_000

/**
 * Begins a thread with a crew.
 * @returns once the script is loaded
 * @throws LoadError of the script, or `generator_failed`
 */
export async function startCrewThread(data: CrewData): Promise<CrewPort> {
  const worker = new Worker(new URL('./crew-thread.js', import.meta.url), { workerData: data })
  const thread = new CrewThread(worker)
  await thread.ready
  return thread
}

/** A crew in a thread. Answers come in the order of the questions. */
class CrewThread implements CrewPort {
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #waiting: { resolve(slice: Slice): void; reject(error: unknown): void }[] = []
  #failure: LoadError | undefined

  constructor(worker: Worker) {
    this.#worker = worker
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: LoadError): void => {
        this.#failure ??= error
        reject(error)
        for (const { reject } of this.#waiting.splice(0)) reject(error)
      }
      worker.on('message', (answer: CrewAnswer) => {
        if (answer.kind === 'ready') resolve()
        else if (answer.kind === 'slice') this.#waiting.shift()?.resolve(answer.slice)
        else fail(new LoadError(answer.code as LoadErrorCode, answer.message))
      })
      worker.on('error', (cause) => fail(failed(cause instanceof Error ? cause.message : String(cause), cause)))
      worker.on('exit', () => fail(failed('the script ended it')))
    })
    // a failure is also found by the next question
    this.ready.catch(() => {})
  }

  join(index: number): void {
    if (this.#failure === undefined) this.#ask({ kind: 'join', index })
  }

  collect(): Promise<Slice> {
    return this.#answerTo({ kind: 'collect' })
  }

  async end(): Promise<Slice> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(failed('its players do not leave')), endTimeoutMs)
    })
    try {
      return await Promise.race([this.#answerTo({ kind: 'end' }), late])
    } finally {
      clearTimeout(timer)
      await this.#worker.terminate()
    }
  }

  #answerTo(question: CrewQuestion): Promise<Slice> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#ask(question)
    })
  }

  #ask(question: CrewQuestion): void {
    this.#worker.postMessage(question)
  }
}

function failed(message: string, cause?: unknown): LoadError {
  return new LoadError('generator_failed', `a thread of the load generator failed: ${message}`, { cause })
}
