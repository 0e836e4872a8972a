import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce, guard } from '@tygase/gamestate/internal'
import type { Auth } from '@tygase/server'
import { type AcceptedTransport, type AuthRequest, type Identity, RefusalError, Server } from '@tygase/server'
import {
  type ClientAddress,
  type ListenerDoor,
  type Mount,
  type MountOpening,
  type MountRefusal,
  normalHost,
  TokenBuckets,
} from '@tygase/server/internal'
import type { MetricsReading } from '../metrics/metrics-reading.js'
import { dashboardGame } from '../shared/dashboard-game.js'
import { includesRight, type Right } from '../shared/http-answers.js'
import { lookGame } from '../shared/look-game.js'
import type { Access, AccessEntry } from './access.js'
import { claimsOf, Look, type LookClaims } from './look.js'
import type { RequestHead } from './origin.js'
import type { Recordings } from './recordings.js'
import { type InspectSession, isSameSecret } from './sessions.js'

/** Pages that look, and dashboards, at a time. */
const mostLooks = 50
const mostDashboards = 200
/** Looks of one session, or of one address without one: others are to look, too. */
const mostLooksOfOne = 10
/** A page that is gone for longer begins anew: until then its room is listened to. */
const graceMs = 10_000

export interface LiveOptions {
  /** Behind the path of `run`. */
  path: string
  access: Access
  /** Whose rooms are looked at. */
  server: Pick<Server, 'rooms'>
  metrics: { read(): MetricsReading } | undefined
  recordings: Recordings
  clock: Clock
  logger: Logger
}

/**
 * The sockets of the inspector: a server of its own behind the port of the game, whose rooms are dashboards and looks. It has no port,
 * and nothing runs in it without a page that looks.
 */
export class Live implements Mount {
  readonly path: string
  readonly #options: LiveOptions
  readonly #server: Server
  /** Set while it runs. */
  #door: ListenerDoor | undefined
  #accessLog: MountOpening['log']
  #runs: Promise<void> = Promise.resolve()

  constructor(options: LiveOptions) {
    this.path = options.path
    this.#options = options
    const { clock, logger } = options
    // what it does in itself is nothing that the logs of a game need
    const quiet: Logger = {
      debug() {},
      info() {},
      warn: (details, message) => logger.warn(details, message),
      error: (details, message) => logger.error(details, message),
    }
    this.#server = new Server({
      ...{ clock, wallClock: clock, logger: quiet, exposeErrors: false },
      maxSessions: mostLooks + mostDashboards,
      maxRooms: mostLooks + 1,
      limits: { graceMs, maxEventsPerSecond: 200, maxPacketBytes: 128 * 1024 },
    })
    if (options.metrics !== undefined) this.#defineDashboard(options.metrics)
    this.#defineLook()
  }

  // --- the mount

  open({ path, log }: MountOpening): Promise<void> {
    this.#accessLog = log
    const listener = {
      listen: async (door: ListenerDoor) => {
        this.#door = door
        return { url: 'inspector' }
      },
      close: async () => {
        this.#door = undefined
      },
    }
    this.#runs = this.#runs.catch(() => {}).then(() => this.#server.run({ port: false, path, listeners: [listener] }))
    return this.#runs
  }

  refusalOf(
    { headers }: Parameters<Mount['refusalOf']>[0],
    client: ClientAddress,
    isEncrypted: boolean,
  ): MountRefusal | undefined {
    if (this.#door === undefined) return { status: 503, code: 'starting', message: 'the inspector is not there yet' }
    const { access } = this.#options
    const head = headOf(headers, client, isEncrypted)
    const problem = access.problemOf(head)
    if (problem !== undefined) return { status: 403, code: problem.code, message: problem.message }
    // other programs than browsers send no origin, and bring a token with their hello
    if (head.header('origin') === undefined || access.sessionOf(head) !== undefined) return undefined
    return { status: 401, code: 'login_needed', message: 'a page has to log in first' }
  }

  accept(transport: AcceptedTransport, request: Parameters<Mount['accept']>[1]): void {
    const { clientAddress = { host: '::', port: undefined } } = transport
    // listeners of other transports have not asked
    if (this.#door === undefined || this.refusalOf(request, clientAddress, false) !== undefined) {
      return transport.close(1008, 'the inspector does not take this client')
    }
    this.#door.accept(transport, request)
  }

  async close(reason: string): Promise<void> {
    await this.#runs.catch(() => {})
    await this.#server.shutdown({ reason, drainMs: 0 })
  }

  // --- for the inspector

  /** Writes down what a person has done or tried, in the access log of the server, with the address, and for the logger. */
  note(head: RequestHead, entry: AccessEntry): void {
    const { logger } = this.#options
    this.#accessLog?.acted(head.client, entry)
    // no logger gets an address: the access log has it
    if (entry.code === 'login_wrong') logger.warn(entry, 'a login at the inspector was refused')
    else logger.info(entry, 'a person has used the inspector')
  }

  /** Ends what a session has open. */
  endSession({ id }: InspectSession): void {
    for (const room of this.#server.rooms.values()) {
      for (const client of [...room.clients.values()]) {
        if (claimsOf(client).session?.id === id) client.disconnect('the session has ended')
      }
    }
  }

  #defineDashboard(metrics: { read(): MetricsReading }): void {
    const { logger } = this.#options
    this.#server.define('dashboard', dashboardGame, {
      ...{ private: true, maxClients: mostDashboards, idleGraceMs: graceMs, divergence: false },
      auth: this.#authFor('metrics'),
      onTick: (room) =>
        guard(logger, 'the metrics failed', () => room.pushEvent('read', atOnce('read', metrics.read()))),
    })
  }

  #defineLook(): void {
    const looks = new Map<string, Look>()
    const { server, recordings, clock, logger, access } = this.#options
    const { sessions } = access
    const accessLog = (): MountOpening['log'] => this.#accessLog
    const owner = {
      ...{ server, recordings, clock, logger, sessions, rates: new TokenBuckets(clock) },
      get accessLog() {
        return accessLog()
      },
    }
    this.#server.define('look', lookGame, {
      ...{ private: true, maxClients: 1, idleGraceMs: 1, divergence: false },
      auth: this.#authFor('inspect'),
      onCreate: (room) => void looks.set(room.key, new Look(room, owner)),
      onTick: (room) => looks.get(room.key)?.tick(),
      onShutdown: (room) => {
        looks.get(room.key)?.close()
        looks.delete(room.key)
      },
    })
  }

  /** Lets clients in that have a right. */
  #authFor(needs: Right): Auth {
    return async (credentials, request) => {
      const claims = await this.#claimsOf(credentials, request)
      if (!includesRight(claims.right, needs))
        throw new RefusalError('right_missing', `this needs the right '${needs}'`)
      const { session } = claims
      if (needs === 'inspect') this.#checkLooks(session?.id ?? request.address)
      const identity: Identity = { userId: session?.id ?? 'token', claims: { ...claims } }
      return session === undefined ? identity : { ...identity, expiresAtMs: session.endsAtMs }
    }
  }

  /** @throws RefusalError `too_many_requests` */
  #checkLooks(one: string | undefined): void {
    let [all, own] = [0, 0]
    for (const { kind, clients } of this.#server.rooms.values()) {
      if (kind !== 'look') continue
      all++
      for (const client of clients.values()) {
        if ((claimsOf(client).session?.id ?? client.address?.host) === one) own++
      }
    }
    if (own >= mostLooksOfOne)
      throw new RefusalError('too_many_requests', `${own} pages of this login look already: close one`)
    if (all >= mostLooks) throw new RefusalError('too_many_requests', `${all} pages look already, which is the most`)
  }

  /** @throws (as a rejection) RefusalError `login_needed`, `login_wrong`, `too_many_logins` and those of `Access.problemOf` */
  async #claimsOf(credentials: unknown, { headers = {}, address }: AuthRequest): Promise<LookClaims> {
    const { access } = this.#options
    const client = address === undefined ? undefined : { host: normalHost(address) ?? address, port: undefined }
    const head = headOf(headers, client, false)
    const given = Object(credentials) as { nonce?: unknown; token?: unknown }
    const session = access.sessionOf(head)
    if (session !== undefined) {
      if (isSameSecret(given.nonce, session.nonce)) return { right: session.right, session }
      throw new RefusalError('header_missing', 'the nonce of the session is missing')
    }
    if (head.header('origin') !== undefined) throw new RefusalError('login_needed', 'a page has to log in first')
    const problem = access.problemOf(head)
    if (problem !== undefined) throw new RefusalError(problem.code, problem.message)
    if (access.isOpen) return { right: 'act', session: undefined }
    if (given.token === undefined) throw new RefusalError('login_needed', 'a token is needed')
    const right = await access.logIn(given.token, head)
    if (typeof right === 'string') return { right, session: undefined }
    throw new RefusalError(right.code, right.message)
  }
}

/** @param headers names in lower case */
function headOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  client: ClientAddress | undefined,
  isEncrypted: boolean,
): RequestHead {
  return {
    header(name) {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined
      return typeof value === 'object' ? value.join(', ') : value
    },
    ...{ client, isEncrypted },
  }
}
