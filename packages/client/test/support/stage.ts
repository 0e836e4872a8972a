import { defineGame, event, type Logger } from '@tygase/gamestate'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { type Connection, type ConnectOptions, connect, type OpenTransport } from '../../src/index.js'
import { schemaOf } from './schema.js'
import { type Board, VirtualServer } from './virtual-server.js'

export const board = defineGame({
  version: 3,
  initialState: (): Board => ({ count: 0, words: [] }),
  serverEvents: { news: event<string>(), poke: event() },
  events: (on) => ({
    ping: on(
      schemaOf((value): value is { n: number } => typeof (value as { n?: unknown } | undefined)?.n === 'number'),
      (_state, { n }) => n + 1,
    ),
    reset: on((state) => {
      state.count = 0
    }),
    reward: on((state) => void state.count++, { from: 'server' }),
  }),
})

/** The messages that were logged, by level. */
export class LogBook implements Logger {
  readonly errors: string[] = []
  readonly warnings: string[] = []

  debug(): void {}
  info(): void {}

  warn(_details: object, message: string): void {
    this.warnings.push(message)
  }

  error(_details: object, message: string): void {
    this.errors.push(message)
  }
}

/** A virtual server, and `connect` to it in virtual time. */
export function setStage() {
  const clock = new VirtualClock(1000)
  const server = new VirtualServer(clock)
  const log = new LogBook()
  const dial = (
    options: ConnectOptions<typeof board> = {},
    open: OpenTransport = server.open,
  ): Promise<Connection<typeof board>> =>
    connect<typeof board>(open, { clock, random: createSeededRandom(9), logger: log, ...options })
  const connected = async (options?: ConnectOptions<typeof board>): Promise<Connection<typeof board>> => {
    const dialling = dial(options)
    await turnOf(clock)
    clock.advance(100)
    const connection = await dialling
    clock.advance(1)
    return connection
  }
  return { clock, server, log, dial, connected }
}

/** Lets the callbacks of settled promises run. */
export async function turnOf(clock: VirtualClock): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  clock.advance(0)
}
