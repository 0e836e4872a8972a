import type { Engine } from '../../src/engine.js'
import type { ClusterError } from '../../src/errors.js'
import { localEngine } from '../../src/local/local-engine.js'
import { type FromPuppet, readRemote, type ToPuppet, writeRemote } from './remote-engine.js'

// A worker of node:cluster with an engine, which does what its primary says.

const send = (message: FromPuppet): void => void process.send?.(writeRemote(message))
const open = (): Promise<Engine> => localEngine({ logger: false, startTimeoutMs: Number(process.argv[2] ?? 60_000) })
let engine = await open()
const offs = new Map<number, () => void>()
const asked = new Map<number, (bytes: Uint8Array | undefined) => void>()
let asks = 0

/** Takes a new engine. */
async function openAnew(): Promise<void> {
  await engine.close()
  offs.clear()
  asked.clear()
  engine = await open()
  engine.onConnection((isConnected) => send({ isConnected }))
}

const hear =
  (listener: number) =>
  (value: unknown): void =>
    send({ listener, value })

function respond(subject: string, responder: number): () => void {
  return engine.respond(subject, (bytes) => {
    const ask = ++asks
    send({ asked: ask, responder, bytes })
    return new Promise((resolve, reject) => {
      asked.set(ask, (answer) => (answer === undefined ? reject(new Error('of a test')) : resolve(answer)))
    })
  })
}

function run(method: string, args: readonly unknown[]): unknown {
  // reason for never: each method gets what its own caller gave
  const given = args as readonly [never, never, never]
  const [name, second] = given
  switch (method) {
    case 'open':
      return openAnew()
    case 'subscribe':
      return void offs.set(second, engine.subscribe(name, hear(second)))
    case 'watch':
      return void offs.set(second, engine.records.watch(name, hear(second)))
    case 'respond':
      return void offs.set(second, respond(name, second))
    case 'off':
      return offs.get(name)?.()
    case 'publish':
    case 'request':
    case 'close':
      return engine[method](...given)
    case 'will':
      return engine.will?.(name, second)
    default:
      return engine.records[method as keyof Omit<Engine['records'], 'watch'>](...given)
  }
}

process.on('message', (message) => {
  const read = readRemote<ToPuppet>(message)
  if (read === undefined) return
  if ('answer' in read) return asked.get(read.answer)?.(read.bytes)
  const { call, method, args } = read
  // a listener that is taken off stays so in the order of calls
  new Promise((resolve) => resolve(run(method, args))).then(
    (value) => send({ returned: call, value }),
    ({ code, message: text }: ClusterError) => send({ failed: call, code, message: text }),
  )
})
send({ ready: true })
