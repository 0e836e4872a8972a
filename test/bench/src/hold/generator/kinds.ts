import { reservedContents, reservedOfServers } from './content.js'
import { visitWays } from './visits.js'

/** A kind of message, event, frame or request that a client may send, or of visit that it may make. */
export interface Kind {
  /** With the family: `message/floor`, `event/$channels`, `frame/ping`, `request/GET`, `visit/resume`. */
  readonly name: string
  readonly family: 'message' | 'event' | 'frame' | 'request' | 'visit'
  /** The part behind the slash. */
  readonly subject: string
}

/** Opcodes of WebSocket frames (RFC 6455, 11.8). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Methods of HTTP requests. `UPGRADE` opens a WebSocket. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'UPGRADE'] as const

/** The table of messages, as far as it is needed to know who sends what. */
export type SenderTable = Readonly<Record<string, { readonly from: 'client' | 'server' | 'both' }>>

/**
 * Every kind that there is.
 * @param table of messages
 * @param events of the game that is attacked
 */
export function kindsOf(table: SenderTable, events: readonly string[]): Kind[] {
  const sent = Object.keys(table).filter((name) => table[name]!.from !== 'server')
  const reserved = [...Object.keys(reservedContents), ...reservedOfServers]
  return [
    ...sent.map((name) => kindOf('message', name)),
    ...[...reserved, ...events, 'unheard of'].map((name) => kindOf('event', name)),
    ...Object.keys(opcodes).map((name) => kindOf('frame', name)),
    ...methods.map((name) => kindOf('request', name)),
    ...visitWays.map((name) => kindOf('visit', name)),
  ]
}

function kindOf(family: Kind['family'], subject: string): Kind {
  return { name: `${family}/${subject}`, family, subject }
}
