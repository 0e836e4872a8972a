import { Socket } from 'node:net'
import type { Clock } from '@tygase/gamestate'
import {
  faultOfOptions,
  guarded,
  guardedClock,
  type LoggerOption,
  type OptionRow,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import type { Engine, EngineSockets } from '../engine.js'
import { ClusterError } from '../errors.js'
import { HubEngine } from '../hub/hub-engine.js'
import type { ToEngine } from '../hub/messages.js'
import { type Envelope, envelopeOf, Outbox, readMessage, SocketOutbox, socketSubject, writeMessage } from './ipc.js'

/** Options of an engine on one machine. */
export interface LocalEngineOptions {
  /** Time for a call of records, in ms. Default 2,000. */
  timeoutMs?: number
  /** Time for the primary to answer first, in ms. Default 10,000. */
  startTimeoutMs?: number
  /** Default: real time. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `localEngine`. */
export const localEngineOptionRows: readonly OptionRow[] = [
  {
    name: 'timeoutMs',
    default: 2000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for a call of records.',
    code: 'engine_timeout',
  },
  {
    name: 'startTimeoutMs',
    default: 10_000,
    unit: 'ms',
    min: 1,
    meaning: 'Time for the primary to answer first.',
    code: 'engine_unavailable',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

/** A primary that does not listen yet is asked again. */
const askAgainMs = 50

let lastEngine = 0

/**
 * The engine of a worker process of `node:cluster`, connected to the `localRegistry` of its primary. If the channel to the primary
 * closes, it stays disconnected.
 * @returns once the primary has answered. Rejects with ClusterError: `engine_unavailable`, in a process without a primary at once
 * @throws as a rejection: ClusterError `invalid_argument`
 */
export async function localEngine(options: LocalEngineOptions = {}): Promise<Engine> {
  const fault = faultOfOptions('localEngine', localEngineOptionRows, options)
  if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
  const { timeoutMs = 2000, startTimeoutMs = 10_000 } = options
  const logger = toLogger(options.logger, options.clock)
  const clock = guardedClock(options.clock ?? systemClock, logger)
  if (process.send === undefined || !process.connected) {
    throw new ClusterError('engine_unavailable', 'this process is no worker: it has no channel to a primary')
  }
  const own = ++lastEngine
  const post = (envelope: Envelope, done: () => void): void => {
    // a channel that has just closed is heard of by itself
    if (process.connected) process.send?.(envelope, undefined, {}, done)
  }
  const outbox = new Outbox(post, () => engine.sendInterests())
  const socketOutbox = new SocketOutbox(process)
  const takers = new Map<string, Parameters<EngineSockets['take']>[1]>()
  const sockets: EngineSockets = {
    give: (name, socket, text) => socketOutbox.send({ tygase: 'cluster', engine: own, name, text }, socket),
    take: (name, listener) => {
      takers.set(name, listener)
      const off = engine.respond(socketSubject(name), () => new Uint8Array())
      return () => {
        takers.delete(name)
        off()
      }
    },
  }
  const engine = new HubEngine({
    sockets,
    clock,
    timeoutMs,
    logger,
    send: (message) => outbox.send({ tygase: 'cluster', engine: own, text: writeMessage(message) }),
    onClose: () => {
      process.off('message', onMessage)
      process.off('disconnect', onDisconnect)
    },
  })
  const takeSocket = (name: string, text: string, socket: unknown): void => {
    // one that has closed on its way does not come with its message
    if (!(socket instanceof Socket)) return
    const taker = takers.get(name)
    if (taker === undefined) socket.destroy()
    else taker(socket, text)
  }
  const onMessage = guarded(logger, 'a message of the primary failed', (message: unknown, socket: unknown) => {
    const envelope = envelopeOf(message)
    if (envelope?.engine !== own) return
    if (envelope.name !== undefined) return takeSocket(envelope.name, envelope.text ?? '', socket)
    if (envelope.text === undefined) answered()
    else engine.receive(readMessage<ToEngine>(envelope.text))
  })
  const onDisconnect = guarded(logger, 'the end of the channel failed', () => engine.setConnected(false))
  let answered = (): void => {}
  process.on('message', onMessage)
  process.on('disconnect', onDisconnect)
  await new Promise<void>((resolve, reject) => {
    let cancel = (): void => {}
    const untilMs = clock.now() + startTimeoutMs
    const ask = (): void => {
      if (clock.now() >= untilMs) {
        void engine.close()
        return reject(new ClusterError('engine_unavailable', `no registry has answered within ${startTimeoutMs} ms`))
      }
      outbox.send({ tygase: 'cluster', engine: own })
      cancel = clock.schedule(Math.min(askAgainMs, untilMs - clock.now()), ask)
    }
    answered = () => {
      cancel()
      resolve()
    }
    ask()
  })
  engine.setConnected(true)
  return engine
}
