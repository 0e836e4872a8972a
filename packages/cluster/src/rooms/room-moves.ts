import type { Clock, Logger } from '@tygase/gamestate'
import type { ClusterHost, DrainOptions } from '@tygase/server/internal'
import { ClusterError } from '../errors.js'
import type { ClusterServer } from '../lease/cluster-server.js'
import type { ListedServer } from '../lease/server-record.js'
import {
  type Framed,
  type ServerAnswer,
  type ServerRequest,
  type ServerRequests,
  SilentError,
} from './server-requests.js'

export interface RoomMovesOptions {
  readonly server: ClusterServer
  readonly host: ClusterHost
  readonly requests: ServerRequests
  readonly clock: Clock
  readonly logger: Logger
}

/** Bytes of a room in one message. */
const partBytes = 256 * 1024
/** Largest room that moves. */
const mostParts = 1024
const askTimeoutMs = 5000
/** Time between two looks whether rooms have ended by themselves. */
const lookMs = 100
/** Bytes of a room that has not come are forgotten after this time. Until then it is asked whether the room has come. */
const forgetMs = 60_000
const mostComing = 64
const passing: readonly unknown[] = ['engine_timeout', 'engine_disconnected', 'not_acting']
/** So often it is looked whether a room that was refused is given back. */
const mostLooks = 20

/** A room whose bytes come from another server. */
interface Coming {
  readonly parts: (Uint8Array | undefined)[]
  readonly cancel: () => void
}

/** Hands rooms over to other servers, and takes those of others. */
export class RoomMoves {
  readonly #options: RoomMovesOptions
  readonly #coming = new Map<string, Coming>()
  /** Rooms that are being opened: who asks again gets the same answer. */
  readonly #taking = new Map<string, Promise<ServerAnswer>>()

  constructor(options: RoomMovesOptions) {
    this.#options = options
  }

  /** See `ServerCluster.drain`. */
  async drain({ deadlineMs = 0 }: DrainOptions): Promise<void> {
    const { server, host, clock, logger } = this.#options
    if (!(deadlineMs >= 0)) throw new ClusterError('invalid_argument', `deadlineMs is from 0, not ${deadlineMs}`)
    server.drain()
    const untilMs = clock.now() + deadlineMs
    while (host.rooms.length > 0 && clock.now() < untilMs) {
      await new Promise<void>((resolve) => clock.schedule(Math.min(lookMs, untilMs - clock.now()), resolve))
    }
    let failure: unknown
    for (const key of host.rooms) {
      try {
        await this.#move(key)
      } catch (error) {
        logger.warn({ err: error, room: key }, 'a room could not be handed over')
        failure ??= error
        // none of the others can move either
        if ((error as ClusterError).code === 'not_acting') break
      }
    }
    if (failure !== undefined) throw failure
  }

  /** Answers the requests by which other servers hand rooms over. */
  async answer(request: Extract<ServerRequest, { ask: 'part' | 'take' }>, bytes: Uint8Array): Promise<ServerAnswer> {
    return request.ask === 'part' ? this.#takePart(request, bytes) : this.#takeOnce(request.key)
  }

  /**
   * See `ClusterServer.disown`: but a room may be on its way here. If its record names this server, all its bytes are here, and the server
   * that has given it may have died before it could say so.
   */
  async disown(key: string): Promise<void> {
    const { server } = this.#options
    if (this.#taking.has(key)) return
    const coming = this.#coming.get(key)
    if (coming === undefined) return server.disown(key)
    // one that it has claimed itself is opened from elsewhere: these bytes may be old
    const isGiven = (await server.ownerOf(key)) === server.serverId && !server.holds(key)
    if (isGiven && !coming.parts.includes(undefined)) await this.#takeOnce(key)
  }

  stop(): void {
    for (const { cancel } of this.#coming.values()) cancel()
    this.#coming.clear()
  }

  async #move(key: string): Promise<void> {
    const { server, host } = this.#options
    const [kind = ''] = key.split('/')
    const version = host.kinds.get(kind) ?? 0
    const target = server.place(
      (other) => other.serverId !== server.serverId && (other.kinds[kind] ?? Number.NEGATIVE_INFINITY) >= version,
    )
    await host.moveRoom(key, (bytes) => this.#send(key, version, target, bytes))
  }

  /** The other server has all bytes before the room is its own, so that it need not wait for anything. */
  async #send(key: string, version: number, target: ListedServer, bytes: Uint8Array): Promise<void> {
    const { server, requests } = this.#options
    const parts = Math.max(1, Math.ceil(bytes.length / partBytes))
    for (let part = 0; part < parts; part++) {
      const sent = bytes.subarray(part * partBytes, (part + 1) * partBytes)
      checked(await requests.ask(target.serverId, { ask: 'part', key, part, parts, version }, askTimeoutMs, sent))
    }
    await this.#give(key, target.serverId)
    // the record names the other server: if an answer is lost, the room may be there, and must be nowhere else
    const taken = await this.#untilAnswered(
      async () => passed(await requests.ask(target.serverId, { ask: 'take', key }, askTimeoutMs)),
      () => server.isOver || server.isAlive(target.serverId) === false,
    )
    if (taken.head.refused !== undefined) await this.#untilGivenBack(key, target.serverId)
    checked(taken)
  }

  /** The other server has refused the room, and gives its record back. */
  async #untilGivenBack(key: string, serverId: string): Promise<void> {
    const { server, clock } = this.#options
    for (let looks = 0; looks < mostLooks; looks++) {
      if (
        (await this.#untilAnswered(
          () => server.ownerOf(key),
          () => server.isOver,
        )) !== serverId
      )
        return
      await new Promise<void>((resolve) => clock.schedule(lookMs, resolve))
    }
  }

  async #give(key: string, serverId: string): Promise<void> {
    const { server } = this.#options
    try {
      await server.give(key, serverId)
    } catch (error) {
      // what has timed out may have been done
      if ((error as ClusterError).code !== 'engine_timeout') throw error
      const owner = await this.#untilAnswered(
        () => server.ownerOf(key),
        () => server.isOver,
      )
      if (owner !== serverId) throw error
    }
  }

  /** Asks again while the engine is gone or an answer gets lost. Rejects with the last failure once it is over, or too late. */
  async #untilAnswered<Value>(ask: () => Promise<Value>, isOver: () => boolean): Promise<Value> {
    const { clock } = this.#options
    const untilMs = clock.now() + forgetMs
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        const mayPass = error instanceof SilentError || passing.includes((error as ClusterError).code)
        if (!mayPass || isOver() || clock.now() >= untilMs) throw error
        await new Promise<void>((resolve) => clock.schedule(lookMs, resolve))
      }
    }
  }

  #takePart({ key, part, parts, version }: Extract<ServerRequest, { ask: 'part' }>, bytes: Uint8Array): ServerAnswer {
    const { host, clock } = this.#options
    const [kind = ''] = key.split('/')
    const own = host.kinds.get(kind)
    if (own === undefined || own < version) return refused('unknown_room', `no rooms '${kind}' of version ${version}`)
    if (parts > mostParts || part >= parts) return refused('room_limit', 'the room is too large to move')
    const known = this.#coming.get(key)
    if (known === undefined && this.#coming.size >= mostComing) return refused('room_limit', 'many rooms come at once')
    if (known === undefined || part === 0) {
      known?.cancel()
      const cancel = clock.schedule(forgetMs, () => this.#coming.delete(key))
      this.#coming.set(key, { parts: new Array<Uint8Array | undefined>(parts).fill(undefined), cancel })
    }
    const coming = this.#coming.get(key)!
    if (coming.parts.length !== parts) return refused('malformed', 'the parts of a room do not fit together')
    coming.parts[part] = bytes
    return {}
  }

  #takeOnce(key: string): Promise<ServerAnswer> {
    const known = this.#taking.get(key)
    if (known !== undefined) return known
    const taking = this.#take(key).finally(() => this.#taking.delete(key))
    this.#taking.set(key, taking)
    return taking
  }

  async #take(key: string): Promise<ServerAnswer> {
    const { server, host } = this.#options
    // it has come, and the answer was lost
    if (server.holds(key) && host.rooms.includes(key)) return {}
    const coming = this.#coming.get(key)
    if (coming === undefined || coming.parts.includes(undefined)) {
      await server.disown(key)
      return refused('malformed', 'bytes of the room miss')
    }
    const claim = await server.claim(key)
    this.#coming.delete(key)
    coming.cancel()
    if (!claim.isOwn) return refused('room_exists', 'another server has the room')
    const bytes = Buffer.concat(coming.parts as Uint8Array[])
    // a room that cannot be opened is given back by its host
    await host.takeRoom(key, bytes)
    return {}
  }
}

/** @throws ClusterError for a refusal that passes: the engine is gone there */
function passed(answer: Framed<ServerAnswer>): Framed<ServerAnswer> {
  const code = answer.head.refused?.code
  if (passing.includes(code)) throw new ClusterError('not_acting', 'the other server may not act at the moment')
  return answer
}

function checked({ head }: Framed<ServerAnswer>): void {
  if (head.refused === undefined) return
  const { code, message } = head.refused
  throw new ClusterError('room_refused', `the other server does not take the room: ${code}: ${message}`)
}

function refused(code: string, message: string): ServerAnswer {
  return { refused: { code, message } }
}
