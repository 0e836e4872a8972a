import { createRandom } from '@tygase/gamestate'
import { HelperProcess } from '../net/helper-process.js'
import type { Kind } from './generator/kinds.js'
import { findWorst } from './generator/search.js'
import type { HoldEffort } from './hold-options.js'
import { SocketScale } from './measure-hold.js'
import type { SearchQuestions, WorstMember } from './processes/questions.js'

/** Time of one try over sockets. */
const trySeconds = 0.25
const searchTimeoutMs = 900_000

export interface Search {
  readonly root: string
  readonly effort: HoldEffort
  readonly only: string
  readonly seed: number
  /** Called for each kind. */
  onKind(kind: Kind, found: readonly WorstMember[]): void
}

/** Finds the worst members of each kind: those that a server in virtual time can show, then those that need sockets. */
export async function findMembers({ root, effort, only, seed, onKind }: Search): Promise<WorstMember[]> {
  // room for what is young, so that collections do not count as work of the messages
  const flags = ['--max-semi-space-size=64']
  const searching = new HelperProcess<SearchQuestions>(
    'searching',
    new URL('./processes/search-process.js', import.meta.url),
    {
      flags,
      timeoutMs: searchTimeoutMs,
    },
  )
  const sockets = new SocketScale(root, trySeconds)
  const all: WorstMember[] = []
  try {
    const kinds = (await searching.ask('kinds', { root })).filter(({ name }) => name.includes(only))
    for (const kind of kinds) {
      const isByScript = kind.family === 'message' || kind.family === 'event'
      const found = isByScript
        ? await searching.ask('find', { root, subject: kind, tries: effort.tries, seed, withHeap: effort.isWhole })
        : await findOverSockets(kind, effort.socketTries, seed, sockets)
      onKind(kind, found)
      all.push(...found)
    }
    return all
  } finally {
    await Promise.all([searching.end(), sockets.end()])
  }
}

async function findOverSockets(kind: Kind, tries: number, seed: number, sockets: SocketScale): Promise<WorstMember[]> {
  const random = createRandom(seed)
  const worst = await findWorst(
    kind,
    ({ microseconds }) => microseconds,
    { tries, random, checks: 1 },
    ({ genes }) => sockets.measure({ kind, genes: [...genes] }),
  )
  return worst === undefined ? [] : [{ kind, genes: [...worst.member.genes], aim: 'rate', cost: worst.cost }]
}
