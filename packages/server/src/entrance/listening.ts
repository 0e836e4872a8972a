import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce, guard } from '@tygase/gamestate/internal'
import { closeCodes } from '@tygase/protocol/internal'
import { ServerError } from '../errors.js'
import type { RunOptions } from '../options.js'
import type { Registry, RoomPaths } from '../rooms/registry.js'
import type { Entrance } from './entrance.js'
import type { RoomSource } from './http-answers.js'
import type {
  HandedRequest,
  Listener,
  ListenerDoor,
  ListeningAddress,
  PlayedServer,
  WebSocketListenOptions,
} from './listener.js'

/** Where a server listens while it runs: at its own port, unless that is false, and by the listeners that `run` was given. */
export class Listening {
  readonly #door: ListenerDoor
  readonly #logger: Logger
  readonly #rooms: RoomSource
  readonly #played: () => PlayedServer | undefined
  #open: { readonly listener: Listener; readonly address: ListeningAddress }[] = []

  /**
   * @param rooms for the list of rooms at the port
   * @param played for the page of the port in development
   */
  constructor(
    door: ListenerDoor,
    logger: Logger,
    rooms: RoomSource,
    played: () => PlayedServer | undefined = () => undefined,
  ) {
    this.#door = door
    this.#logger = logger
    this.#rooms = rooms
    this.#played = played
  }

  get port(): number | undefined {
    return this.#open.find(({ address }) => address.port !== undefined)?.address.port
  }

  get hostname(): string | undefined {
    return this.#open.find(({ address }) => address.hostname !== undefined)?.address.hostname
  }

  get urls(): string[] {
    return this.#open.map(({ address }) => address.url)
  }

  /**
   * Begins to listen.
   * @param path before the paths of rooms
   * @throws (as a rejection) the error of the listener that cannot listen. Those that can listen already: close them
   */
  async open(options: RunOptions, path: string): Promise<void> {
    for (const listener of await this.#listenersOf(options, path)) {
      this.#open.push({ listener, address: await listener.listen(this.#door) })
    }
  }

  /** Goes on with a socket that another process has accepted at a port of this one. Any other is cut. */
  adopt(socket: Socket, request: HandedRequest): void {
    const found = this.#open.find(({ listener, address }) => listener.adopt && address.port === socket.localPort)
    if (found === undefined) socket.destroy()
    else guard(this.#logger, 'an upgrade failed', () => found.listener.adopt?.(socket, request))
  }

  /** Leaves the ports to the next process, which clients then find there. A listener that fails is logged. */
  leavePorts(): void {
    for (const { listener } of this.#open) {
      guard(this.#logger, 'a listener could not leave its port', () => listener.leavePort?.())
    }
  }

  /** Resolves when all ports are free. A listener that cannot be closed is logged. */
  async close(drainMs: number): Promise<void> {
    // one that cannot be closed does not keep the others open
    const ends = await Promise.allSettled(this.#open.map(async ({ listener }) => listener.close(drainMs)))
    this.#open = []
    for (const end of ends) {
      if (end.status === 'rejected') this.#logger.error({ err: end.reason }, 'a listener could not be closed')
    }
  }

  /** @throws ServerError `not_running` if no listener has a certificate; `tls_invalid` */
  setSecureContext(options: SecureContextOptions): void {
    const secure = this.#open.filter(({ listener }) => listener.setSecureContext !== undefined)
    if (secure.length === 0) throw new ServerError('not_running', 'the server does not listen')
    for (const { listener } of secure) atOnce('setSecureContext', listener.setSecureContext?.(options))
  }

  async #listenersOf(options: RunOptions, path: string): Promise<Listener[]> {
    const { port = 0, hostname = 'localhost', listeners = [] } = options
    if (port === false) return [...listeners]
    const { WebSocketListener } = await loadWebSocketListener()
    const { requestListener, tls, allowedOrigins, trustProxy } = options
    const rooms = this.#rooms
    const own = new WebSocketListener({
      ...{ port, hostname, path, rooms, requestListener, tls, allowedOrigins, trustProxy },
      played: this.#played(),
    })
    return [own, ...listeners]
  }
}

/** What a page has to know in which the games of a server are played by hand. @param hasAuth the server has `auth` of its own */
export function playedServer<S>(
  server: S,
  registry: Pick<Registry, 'kinds' | 'kindOf'>,
  paths: Pick<RoomPaths, 'given' | 'isRoomList'>,
  isSingle: boolean,
  hasAuth: boolean,
): PlayedServer<S> {
  return {
    ...{ server, isSingle },
    path: (paths.given ?? '').replace(/\/$/, ''),
    kinds() {
      const names = registry.kinds.filter((name) => !paths.isRoomList(name))
      return names.map((name) => {
        const { game, options } = registry.kindOf(name)
        return { name, game, hasAuth: hasAuth || options.auth !== undefined }
      })
    },
  }
}

/** The listener of a port. Loaded only when it is needed, so that a server in a browser needs no sockets. */
export function loadWebSocketListener(): Promise<{
  readonly WebSocketListener: new (options: WebSocketListenOptions) => Listener
}> {
  return import('#web-socket-listener')
}

export interface PortOpening {
  readonly clock: Clock
  readonly entrance: Pick<Entrance, 'hold' | 'release'>
  readonly listening: Pick<Listening, 'close'>
  /** True if another process may still have the rooms, and the port. */
  readonly isTakingOver: boolean
  openRooms(): Promise<void>
  listen(): Promise<void>
}

/** Between two looks whether the process before has left the port. */
const portLookMs = 20

/** Opens the ports of a server, and its rooms. Rejects as the two do; then no port is held. */
export async function openPorts(opening: PortOpening): Promise<void> {
  try {
    if (opening.isTakingOver) return await takeOver(opening)
    await opening.listen()
    await opening.openRooms()
  } catch (error) {
    opening.entrance.release(closeCodes.shutdown.reason)
    await opening.listening.close(0)
    throw error
  }
}

/**
 * Rooms that another process has left go on before their clients come in. Clients that connect meanwhile wait: they would come
 * later if they had to try again. The process before may have the port until its rooms are here.
 */
async function takeOver({ clock, entrance, listening, openRooms, listen }: PortOpening): Promise<void> {
  let areOpen = false
  const rooms = openRooms().finally(() => {
    areOpen = true
  })
  rooms.catch(() => {})
  entrance.hold()
  for (;;) {
    const isLast = areOpen
    try {
      await listen()
      break
    } catch (error) {
      await listening.close(0)
      const { code } = error as { code?: unknown }
      if (isLast || code !== 'port_in_use') {
        await rooms
        throw error
      }
    }
    await Promise.race([rooms, new Promise<void>((resolve) => clock.schedule(portLookMs, resolve))])
  }
  await rooms
}
