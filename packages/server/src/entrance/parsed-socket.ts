import type { Socket } from 'node:net'
import type { Logger } from '@tygase/gamestate'
import { guarded } from '@tygase/gamestate/internal'

/**
 * Parsed at a time. A slice of the smallest chunks that a body can have takes 2 to 3 ms: nothing stops Node's parser within what it
 * has been given.
 */
const sliceBytes = 8 * 1024

/** The parts of Node's HTTP server that it uses itself, for sockets that are slow to write. */
interface ParsedSocket extends Socket {
  parser?: {
    resume?(): void
    onIncoming?: (...args: unknown[]) => number
    /** The request that is parsed. */
    incoming?: { readonly readableLength: number; readonly readableHighWaterMark: number } | null
  } | null
  /** If it is set, Node stops the parser with the socket, and resumes neither for a request that wants its body. */
  _paused?: boolean
  /** Reads the connection, whether its data are wanted or not. */
  readonly _handle?: { readStop?(): unknown } | null
}

/** Sockets that have been stopped at least once, and whether they are stopped now. */
const isStopped = new WeakMap<Socket, boolean>()
/** Sockets that have their last answer. */
const isStoppedForGood = new WeakSet<Socket>()

export function stopReading(socket: ParsedSocket): void {
  if (!isStopped.has(socket)) guardPause(socket)
  isStopped.set(socket, true)
  socket.pause()
}

/** Node takes its own pause back after each answer that it has written. It must not take back this one. */
function guardPause(socket: ParsedSocket): void {
  let isPausedByNode = socket._paused ?? false
  Object.defineProperty(socket, '_paused', {
    get: () => isPausedByNode || isStopped.get(socket) === true,
    set: (isPaused: boolean) => {
      isPausedByNode = isPaused
    },
  })
}

export function resumeReading(socket: ParsedSocket): void {
  if (isStoppedForGood.has(socket)) return
  isStopped.set(socket, false)
  if (socket.destroyed || socket._paused) return
  // Node reads on when the owner of the body has taken some of it
  const { incoming } = socket.parser ?? {}
  if (incoming && incoming.readableLength >= incoming.readableHighWaterMark) return
  socket.parser?.resume?.()
  socket.resume()
}

/** True for the sockets of Node. */
export function canStopReading(socket: ParsedSocket): boolean {
  return typeof socket._handle?.readStop === 'function'
}

/**
 * Reads nothing more of a connection that another process is to read, not even into memory: `pause` alone would go on with that.
 * @returns what was read already
 */
export function stopReadingAt(socket: ParsedSocket): Buffer[] {
  const read: Buffer[] = []
  for (let bytes = socket.read(); bytes !== null; bytes = socket.read()) read.push(bytes)
  socket._handle?.readStop?.()
  return read
}

/** Parses nothing more of a connection, not even what was read already. */
export function stopParsing(socket: ParsedSocket): void {
  // the parser takes what follows for another protocol, as after an upgrade
  if (socket.parser) socket.parser.onIncoming = () => 2
  stopReading(socket)
  isStoppedForGood.add(socket)
}

/**
 * Hands what a connection reads to Node's parser in slices, so that it can be stopped between two of them. Call it after Node's own
 * listener for the connection.
 * @param around called for each slice; it calls `parse`
 * @returns a function that ends it, for a connection that becomes another protocol; what was read and has not been parsed is then
 * lost, with the connection. Undefined if the runtime reads in another way than Node.
 */
export function parseInSlices(
  socket: ParsedSocket,
  around: (bytes: number, parse: () => void) => void,
  logger: Logger,
): (() => void) | undefined {
  const [parse, another] = socket.listeners('data')
  if (parse === undefined || another !== undefined) return undefined
  let rest: Buffer | undefined
  let isOver = false
  const goOn = (): void => {
    while (rest !== undefined && !isOver && !socket.destroyed && !socket._paused) {
      const slice = rest.subarray(0, sliceBytes)
      rest = slice.length < rest.length ? rest.subarray(sliceBytes) : undefined
      around(slice.length, () => parse.call(socket, slice))
    }
    // the other protocol must not have begun before its go-ahead
    if (isOver && rest !== undefined) socket.destroy()
  }
  const read = guarded(logger, 'a socket failed', (bytes: Buffer) => {
    rest = rest === undefined ? bytes : Buffer.concat([rest, bytes])
    goOn()
  })
  const resume = guarded(logger, 'a socket failed', () => {
    // Node takes each pause for its own, and ends it when answers have been written
    if (socket._paused) socket.pause()
    else goOn()
  })
  socket.off('data', parse as () => void)
  // takes the connection back from the parser, which would read it below JavaScript
  socket.on('data', read)
  socket.on('resume', resume)
  return () => {
    isOver = true
    socket.off('data', read)
    socket.off('resume', resume)
  }
}
