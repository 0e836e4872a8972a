import type { Clock } from '@tygase/gamestate'
import { ClientError } from './errors.js'

export interface WaitSources<Value> {
  clock: Clock
  /** The value of now. */
  current(): Value
  /** Calls back with each later value. */
  onChange(listener: (value: Value) => void): () => void
  /** Calls back when there will be no more; at once when there are none already. */
  onEnd(listener: (error: ClientError) => void): () => void
}

/**
 * @returns the first value, from that of now on, for which `predicate` is true
 * @throws ClientError (as a rejection) `wait_timeout`, or what `onEnd` gave; what the predicate threw
 */
export function waitUntil<Value>(
  sources: WaitSources<Value>,
  predicate: (value: Value) => boolean,
  timeoutMs: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = []
    let isOver = false
    const finish = (settle: () => void): void => {
      isOver = true
      for (const end of ends) end()
      settle()
    }
    const look = (value: Value): void => {
      if (isOver) return
      try {
        if (predicate(value)) finish(() => resolve(value))
      } catch (error) {
        finish(() => reject(error))
      }
    }
    look(sources.current())
    if (isOver) return
    const fail = (error: ClientError): void => finish(() => reject(error))
    ends.push(sources.onChange(look))
    ends.push(
      sources.clock.schedule(timeoutMs, () =>
        fail(new ClientError('wait_timeout', `what was waited for did not come true within ${timeoutMs} ms`)),
      ),
    )
    ends.push(sources.onEnd(fail))
  })
}
