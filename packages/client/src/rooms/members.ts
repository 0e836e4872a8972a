import type { Logger } from '@tygase/gamestate'
import type { MemberInfo } from '@tygase/protocol'
import { Subscriptions } from '../subscriptions.js'

/**
 * Who is in the room, by client id, in the order of their coming, this client included. Each change makes a new map, so
 * that one that was kept stays as it was.
 */
export class Members {
  readonly #subscriptions: Subscriptions<ReadonlyMap<string, MemberInfo>>
  #members: ReadonlyMap<string, MemberInfo> = new Map()

  constructor(logger: Logger) {
    this.#subscriptions = new Subscriptions(logger)
  }

  get all(): ReadonlyMap<string, MemberInfo> {
    return this.#members
  }

  /** @returns a function that ends it */
  onChange(listener: (members: ReadonlyMap<string, MemberInfo>) => void): () => void {
    return this.#subscriptions.add(listener)
  }

  /** Takes what a `$members` event carries; what no server of ours would send is left out. */
  take(news: unknown): void {
    if (typeof news !== 'object' || news === null) return
    const { reset, joined, left, rttMs } = news as Record<string, unknown>
    const members = new Map(reset === true ? [] : this.#members)
    for (const member of Array.isArray(joined) ? joined.filter(isMember) : []) {
      members.set(member.clientId, Object.freeze(member))
    }
    if (typeof left === 'string') members.delete(left)
    if (typeof rttMs === 'object' && rttMs !== null) {
      for (const [clientId, ms] of Object.entries(rttMs)) {
        const member = members.get(clientId)
        if (member !== undefined && typeof ms === 'number') members.set(clientId, { ...member, rttMs: ms })
      }
    }
    this.#members = members
    this.#subscriptions.notify(members)
  }
}

function isMember(value: unknown): value is MemberInfo {
  if (typeof value !== 'object' || value === null) return false
  const { clientId, userId, name, joinedAtMs, rttMs } = value as Record<string, unknown>
  const isTextOrNone = (part: unknown): boolean => part === undefined || typeof part === 'string'
  const isTime = typeof joinedAtMs === 'number' && (rttMs === undefined || typeof rttMs === 'number')
  return typeof clientId === 'string' && isTextOrNone(userId) && isTextOrNone(name) && isTime
}
