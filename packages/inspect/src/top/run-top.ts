import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { type Connection, connect } from '@tygase/client'
import { TygaseError } from '@tygase/gamestate'
import { InspectError } from '../errors.js'
import { dashboardGame } from '../shared/dashboard-game.js'
import { explained, findInspector, TopError, tokenVariable } from './find-inspector.js'
import { topLine, topLines } from './top-text.js'

/** The world around the command. */
interface CliIo {
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A terminal if `isTTY` is set: single keys are then read. */
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  /** The terminal that `write` writes to; undefined for a file or a pipe. */
  readonly screen?: { readonly columns: number; readonly rows: number } | undefined
  /** For results. */
  write(text: string): void
  /** For errors. */
  writeError(text: string): void
}

interface TopOptions {
  readonly url: URL
  readonly token: string | undefined
  readonly isOnce: boolean
  readonly isJson: boolean
}

/** The command line is wrong. */
class UsageError extends Error {}

const usualPath = '/inspect'

const topHelp = `tygase top: what a game server does, live

  tygase top ws://localhost:8080

    --once             one look, and the end
    --json             readings as lines of JSON
    --token TOKEN      of the inspector; better in ${tokenVariable}, where others of this machine do not see it

The server has the inspector of @tygase/inspect with metrics, at ${usualPath} or at the path of the address.
In a terminal it is a screen: q or Ctrl-C ends it. In a file or a pipe it is a line a second.
Exit code: 0 ended by a key or by --once; 1 the server cannot be reached, refuses, or has ended; 2 a wrong command line.
`

/**
 * The command `tygase top`. An error is one line of `writeError`.
 * @param args the name of the command first
 * @returns exit code of the process
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const options = readOptions(args.slice(1), io.env)
    if (options === undefined) {
      io.write(topHelp)
      return 0
    }
    return await watch(options, io)
  } catch (error) {
    const isUsage = error instanceof UsageError
    if (isUsage || error instanceof TopError) io.writeError(`tygase: ${error.message}\n`)
    else if (error instanceof TygaseError) io.writeError(`tygase: ${error.message} (${error.code})\n`)
    else throw error
    if (isUsage) io.writeError('tygase top --help says more.\n')
    return isUsage ? 2 : 1
  }
}

async function watch({ url, token, isOnce, isJson }: TopOptions, io: CliIo): Promise<number> {
  await findInspector(url)
  const connection = await connect(`${url.href}/live/dashboard/now`, {
    game: dashboardGame,
    logger: false,
    ...(token !== undefined && { credentials: { token } }),
  }).catch((error: unknown) => {
    throw explained(error)
  })
  const screen = isOnce || isJson ? undefined : io.screen
  try {
    if (screen !== undefined) return await showScreen(connection, url, io)
    return await writeLines(connection, url, isOnce, isJson, io)
  } finally {
    await connection.disconnect()
  }
}

/** Until a key ends it. */
function showScreen(connection: Connection<typeof dashboardGame>, { href: address }: URL, io: CliIo): Promise<number> {
  const { stdin, env } = io
  const isColoured = env.NO_COLOR === undefined || env.NO_COLOR === ''
  const draw = (): void => {
    const { columns = 80, rows = 24 } = io.screen ?? {}
    const { status } = connection
    // the last line stays free: a line that ends at its end would move all of them up
    const lines = topLines(connection.state.reading, { address, status, columns, rows: rows - 1, isColoured })
    io.write(`\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
  }
  return new Promise<number>((resolve) => {
    const onKey = (key: Buffer | string): void => {
      if (['q', 'Q', '\u0003', '\u001b'].includes(String(key))) end(0)
    }
    const onSignal = (): void => end(0)
    const offState = connection.subscribe(draw)
    const offStatus = connection.onStatus((status, info) => {
      if (status !== 'closed') draw()
      else end(1, `the server has ended it: ${info?.reason ?? 'without a reason'}`)
    })
    const end = (code: number, why?: string): void => {
      offState()
      offStatus()
      stdin.off('data', onKey)
      stdin.pause()
      stdin.setRawMode?.(false)
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
      // the screen of before, with its cursor
      io.write('\u001b[?25h\u001b[?1049l')
      if (why !== undefined) io.writeError(`tygase: ${why}\n`)
      resolve(code)
    }
    io.write('\u001b[?1049h\u001b[?25l')
    if (stdin.isTTY === true) {
      stdin.setRawMode?.(true)
      stdin.on('data', onKey)
      stdin.resume()
    }
    process.once('SIGTERM', onSignal)
    process.once('SIGINT', onSignal)
    draw()
  })
}

/** A line for each second of the server, until the server or a signal ends it. */
function writeLines(
  connection: Connection<typeof dashboardGame>,
  { href: address }: URL,
  isOnce: boolean,
  isJson: boolean,
  io: CliIo,
): Promise<number> {
  let lastMs = Number.NEGATIVE_INFINITY
  return new Promise<number>((resolve) => {
    const show = (): void => {
      const { reading } = connection.state
      // it comes twice a second
      if (reading === null || reading.atMs < lastMs + 900) return
      lastMs = reading.atMs
      if (isJson) io.write(`${JSON.stringify(reading)}\n`)
      else if (!isOnce) io.write(`${topLine(reading)}\n`)
      else {
        const frame = { address, status: connection.status, columns: 120, rows: 40, isColoured: false }
        io.write(
          topLines(reading, frame)
            .map((line) => `${line.trimEnd()}\n`)
            .join(''),
        )
      }
      if (isOnce) end(0)
    }
    const onSignal = (): void => end(0)
    const offState = connection.subscribe(show)
    const offStatus = connection.onStatus((status, info) => {
      if (status !== 'closed') return
      io.writeError(`tygase: the server has ended it: ${info?.reason ?? 'without a reason'}\n`)
      end(1)
    })
    const end = (code: number): void => {
      offState()
      offStatus()
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
      resolve(code)
    }
    process.once('SIGTERM', onSignal)
    process.once('SIGINT', onSignal)
    show()
  })
}

/** @returns undefined if help was asked for. @throws UsageError, InspectError `invalid_argument` */
function readOptions(args: readonly string[], env: CliIo['env']): TopOptions | undefined {
  const { values, positionals } = parseLine(args)
  if (values.help) return undefined
  const [address, ...more] = positionals
  if (address === undefined) throw new UsageError('the address of a server is needed, as ws://localhost:8080')
  if (more.length > 0) throw new UsageError(`one address is enough, and '${more[0]}' is one more`)
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^wss?:$/.test(url.protocol) || url.hostname === '') {
    const shown = address.replace(/\/\/[^/?#]*@/, '//')
    throw new InspectError('invalid_argument', `not the address of a game server, as ws://localhost:8080: '${shown}'`)
  }
  url.pathname = url.pathname.replace(/\/+$/, '') || usualPath
  // a token in the address would be shown on the screen
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  const token = values.token ?? (env[tokenVariable] || undefined)
  return { url, token, isOnce: values.once === true, isJson: values.json === true }
}

function parseLine(args: readonly string[]) {
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { ...flag, short: 'h' }, once: flag, json: flag, token: { type: 'string' } },
    })
  } catch (error) {
    const isParseError =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
    throw isParseError ? new UsageError(error.message) : error
  }
}
