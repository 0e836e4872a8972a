import type { Clock } from '@tygase/gamestate'
import type { followMove as follow } from '../moves-part.js'
import type { answer } from '../questions-part.js'
import type { Rejoining, TellSeat } from '../rejoin.js'

// What a page does, which has one connection. Each module of `#runtime` exports the same.

export { applyCounted as decodeVersion, systemClock as ownClock } from '@tygase/gamestate/internal'

/** Consoles of browsers show an object part by part. */
export function printInShort(): void {}

/** Which client the page was before it was loaded again. Workers and apps have no page. */
export function seatAt(
  url: string | undefined,
  clock: Clock,
  hello: Rejoining,
): Promise<TellSeat | undefined> | undefined {
  return url && 'document' in globalThis
    ? loadPart()
        .then((part) => part.rejoin(url, clock, hello))
        .catch(() => undefined)
    : undefined
}

/** Answers a question of the server. */
export function answerServer(...question: Parameters<typeof answer>): unknown {
  return loadPart().then((part) => part.answer(...question))
}

/** Goes where the server sends the client. */
export function followMove(...move: Parameters<typeof follow>): unknown {
  return loadPart().then((part) => part.followMove(...move))
}

const loadPart = () => import('../page-part.js')
