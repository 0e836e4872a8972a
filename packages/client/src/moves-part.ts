// What a client loads when its server sends it on to another one, which has its room. It imports nothing that the page has.

import type { Clock } from '@tygase/gamestate'
import type { CloseCode, SessionStatus, Transport } from '@tygase/protocol'
import type { TransportSource, transportSourceOf } from './transport-source.js'

/** So often servers may send a client on before one of them takes it. */
const mostMoves = 3
/** A server that the client was sent to, and that does not answer, is given up after this time. */
const openTimeoutMs = 3000

/** The address that a client was given, and how often it has been sent on from there. */
interface Way {
  readonly home: TransportSource
  count: number
}

/** A link as it is moved. */
interface MovingLink {
  readonly session: { readonly status: SessionStatus }
  readonly own: { path: string }
  source: TransportSource
  goTo(source: TransportSource): void
  close(code: CloseCode, reason: string): Promise<void>
}

interface MoveOptions {
  readonly clock: Clock
  /** A simulated network. */
  readonly link?: { over(source: TransportSource, clock: Clock): TransportSource } | undefined
}

const ways = new WeakMap<object, Way>()

/**
 * Goes where the server has sent the client, or closes its session with the reason why not. If the server there is gone, the client
 * asks again at the address that it was given.
 * @param address as the server has sent it: a URL, or a path at the host of the one that the client was given
 */
export function followMove(
  link: MovingLink,
  address: string,
  { clock, link: simulated }: MoveOptions,
  sourceOf: typeof transportSourceOf,
): void {
  if (link.session.status === 'closed') return
  const way = ways.get(link) ?? { home: link.source, count: 0 }
  ways.set(link, way)
  if (link.source === way.home) way.count = 0
  way.count++
  try {
    if (way.count > mostMoves) throw new Error(`${mostMoves} servers have sent this client on, and none takes it`)
    const direct = sourceOfMove(address, way.home, sourceOf)
    const next = simulated?.over(direct, clock) ?? direct
    const goHome = (signal: AbortSignal): Transport | Promise<Transport> => {
      link.source = way.home
      link.own.path = pathAt(way.home.path, link.own.path)
      return way.home.open(signal)
    }
    let isUsed = false
    const open = async (signal: AbortSignal): Promise<Transport> => {
      // the room may be anywhere by the time that its transport is lost
      if (isUsed) return goHome(signal)
      isUsed = true
      try {
        return await inTime(next.open(signal), clock)
      } catch (error) {
        if (signal.aborted) throw error
        return goHome(signal)
      }
    }
    link.goTo({ ...next, open })
  } catch (error) {
    void link.close('moved', (error as Error).message)
  }
}

/**
 * The path of the room at the address that the client was given. @param given the path there: that of the room, or of its kind @param away the path at another server
 */
function pathAt(given: string, away: string): string {
  const [kind = '', id = ''] = away.replace(/\?.*/, '').split('/').slice(-2)
  const path = given.replace(/\/$/, '')
  return path.endsWith(`/${kind}`) ? `${path}/${id}` : given
}

/** The path has the seat that is kept for the client. @throws Error, ClientError `invalid_argument` for an address that is none, or is less safe */
function sourceOfMove(address: string, home: TransportSource, sourceOf: typeof transportSourceOf): TransportSource {
  if (home.url === undefined && address.startsWith('/'))
    throw new Error('the room is at another server, and this client was given no URL')
  const { url, ...source } = sourceOf(new URL(address, home.url).href)
  const { protocol, pathname, search } = new URL(url!)
  if (home.url?.startsWith('wss:') && protocol !== 'wss:') {
    throw new Error('the server sends this client to an address without TLS')
  }
  return { ...source, url, path: `${pathname}${search}` }
}

function inTime(opening: Transport | Promise<Transport>, clock: Clock): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const cancel = clock.schedule(openTimeoutMs, () => {
      isLate = true
      reject(new Error('the server there does not answer'))
    })
    Promise.resolve(opening).then(
      (transport) => {
        cancel()
        // 1000: it is not needed any more
        if (isLate) transport.close(1000, '')
        else resolve(transport)
      },
      (error) => {
        cancel()
        reject(error)
      },
    )
  })
}
