import { ServerError } from '../errors.js'

/** What a client asks for: a kind of room, and which of them, or any. */
export interface RoomPath {
  readonly name: string
  readonly id: string | undefined
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/
const idForm = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Reads `/arena/42` and `/arena`.
 * @param base what stands before it, as in `/games/arena/42`; without a slash at its end
 * @returns undefined for what is no path of a room
 */
export function parseRoomPath(path: string, base = ''): RoomPath | undefined {
  if (!path.startsWith(`${base}/`)) return undefined
  const [name = '', id, ...more] = path.slice(base.length + 1).split('/')
  if (!nameForm.test(name) || more.length > 0 || (id !== undefined && !idForm.test(id))) return undefined
  return { name, id }
}

/** @throws ServerError `invalid_argument` */
export function checkRoomName(name: string): void {
  if (typeof name === 'string' && nameForm.test(name)) return
  throw new ServerError('invalid_argument', 'the name of a room is 1 to 32 letters, digits, "_" and "-"')
}

/** @throws ServerError `invalid_argument` */
export function checkRoomId(id: string): void {
  if (typeof id === 'string' && idForm.test(id)) return
  throw new ServerError('invalid_argument', 'the id of a room is 1 to 64 letters, digits, "_" and "-"')
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** An id that nobody guesses: twelve of 32 characters that are not taken for one another. */
export function newRoomId(random: () => number): string {
  return Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)]).join('')
}
