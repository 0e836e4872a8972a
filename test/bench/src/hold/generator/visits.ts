import { Genes } from './genes.js'
import type { Member } from './packets.js'

/** Ways to come, stay and go, which no packet, frame or request shows alone. */
export const visitWays = ['silent', 'resume', 'rejoin', 'churn', 'list'] as const

type VisitWay = (typeof visitWays)[number]

/** Decisions that are taken by the preparation of a visitor, as of any attacker. */
const preparationGenes = 4
/** Below the sessions that one address may have. */
const mostPlaces = 90
/** Longer than the handshake time: the server is the one that ends a silent transport. */
const mostStayMs = 6000
/** Bytes of text that a visitor brings with its hello. */
const mostDataBytes = 7000

/** What a visitor does again and again. */
export interface Visit {
  /**
   * - `silent`: opens a transport and never says hello, as a spare transport that is not needed.
   * - `resume`: goes on with one session over one transport after the other.
   * - `rejoin`: is loaded again: the same client in another session.
   * - `churn`: joins, and leaves with a goodbye or without one.
   * - `list`: joins the live list of rooms with another question each time.
   */
  readonly way: VisitWay
  /** Transports at a time. */
  readonly places: number
  /** How long each stays once it may, in ms. */
  readonly stayMs: number
  /** False: its transport just breaks off. */
  readonly saysGoodbye: boolean
  /** What its hello brings. */
  readonly data: unknown
}

export function visitOf({ kind, genes }: Member): Visit {
  const choices = new Genes(genes.subarray(preparationGenes))
  // reason: kinds of visits are made of these ways
  const way = kind.subject as VisitWay
  const places = 1 + choices.size(mostPlaces - 1)
  const stayMs = choices.size(mostStayMs)
  const saysGoodbye = choices.oneIn(2)
  const text = choices.pick(['x', 'é', '\u{1F600}']).repeat(choices.size(mostDataBytes / 4))
  const data = way === 'list' ? { kind: choices.pick(['hold', 'rooms', text]), open: choices.oneIn(2) } : text
  return { way, places, stayMs, saysGoodbye, data }
}
