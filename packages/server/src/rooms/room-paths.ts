import { ServerError } from '../errors.js'
import { kindForm } from './listing.js'
import { roomListId, roomListKind } from './room-list.js'

export const idForm = /^[A-Za-z0-9_-]{1,64}$/
/** Characters of a client's path that its refusal repeats. */
const maxPathInMessage = 40
/** Kind and id of the room of a server with one game. */
export const onlyKind = 'game'

/** The address of a room, as a client's path has it: a kind, and a certain room or any. */
export interface RoomPath {
  readonly kind: string
  readonly id: string | undefined
}

/**
 * Reads `/arena/42` and `/arena`.
 * @param base the path before it, as in `/games/arena/42`, without a slash at its end
 * @returns undefined for any other path
 */
export function parseRoomPath(path: string, base = ''): RoomPath | undefined {
  if (!path.startsWith(`${base}/`)) return undefined
  const [kind = '', id, ...more] = path.slice(base.length + 1).split('/')
  if (!kindForm.test(kind) || more.length > 0 || (id !== undefined && !idForm.test(id))) return undefined
  return { kind, id }
}

/** The paths by which clients ask a server for rooms. */
export class RoomPaths {
  /** As `run` has it: the path of the one game, or the one before the paths of rooms. */
  given: string | undefined
  /** True if the kind `rooms` is the list of rooms, and not a game. */
  hasRoomList = false
  readonly #isSingle: boolean

  /** @param isSingle true for a server with one game */
  constructor(isSingle: boolean) {
    this.#isSingle = isSingle
  }

  /** The path of the one game; `/` with rooms. */
  get path(): string {
    return (this.#isSingle && this.given) || '/'
  }

  /** The path before the paths of rooms, without a slash at its end. */
  get base(): string {
    return this.#isSingle ? '' : (this.given ?? '').replace(/\/$/, '')
  }

  isRoomList(kind: string): boolean {
    return this.hasRoomList && kind === roomListKind
  }

  /** The room that a client asks for. @throws ServerError `unknown_room` */
  locate(path: string): RoomPath {
    const { given, base } = this
    const asked = path.slice(0, maxPathInMessage)
    if (this.#isSingle) {
      // a client that comes back asks for its very room
      const isHere = given === undefined || [given, `${given}/${onlyKind}`].includes(path)
      if (isHere) return { kind: onlyKind, id: onlyKind }
      throw new ServerError('unknown_room', `the game has the path ${given}, not ${asked}`)
    }
    const found = parseRoomPath(path, base)
    if (found === undefined) {
      throw new ServerError('unknown_room', `a room has the path ${base}/<kind>/<id>, not ${asked}`)
    }
    if (!this.isRoomList(found.kind)) return found
    if (found.id === undefined || found.id === roomListId) return { kind: roomListKind, id: roomListId }
    throw new ServerError('unknown_room', `the list of rooms has the path ${base}/${roomListKind}`)
  }
}
