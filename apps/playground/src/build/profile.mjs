// Run by `trim.ts`: plays games in the worker's own code, as a page would, and prints the parts of the code that no game has reached.
// In: { code, games }, as JSON. Out: a list of [start, end], as JSON. The names that browsers do not have are taken away first.
import { Session } from 'node:inspector/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { runInThisContext } from 'node:vm'

const { stdin, stdout, exit } = process
let input = ''
for await (const chunk of stdin) input += chunk
const { code, games } = JSON.parse(input)
for (const name of ['process', 'Buffer', 'setImmediate', 'clearImmediate', 'global']) delete globalThis[name]

/** The same numbers each time. */
let seed = 1
const random = () => {
  seed = (seed * 16_807) % 2_147_483_647
  return seed / 2_147_483_647
}
const among = (list) => list[Math.floor(random() * list.length)]

// what a worker has
let nowMs = 0
const scripts = new Map()
const pen = new Proxy(
  {},
  { get: (_, name) => (name === 'measureText' ? () => ({ width: 9 }) : drawing), set: () => true },
)
const drawing = () => pen
let answer
let mayFail = false
const inbox = []
const listeners = []
Object.assign(globalThis, {
  self: globalThis,
  OffscreenCanvas: class {
    getContext = drawing
    transferToImageBitmap = drawing
  },
  addEventListener: (_, listener) => listeners.push(listener),
  importScripts: (url) => runInThisContext(scripts.get(url)),
  postMessage(message) {
    if (message.kind === 'failed' && !mayFail) throw new Error(message.message)
    if (message.kind === 'done') answer()
    else inbox.push(message)
  },
})
Object.defineProperty(globalThis, 'performance', { value: { now: () => (nowMs += random() < 0.02 ? 30 : 0.1) } })
globalThis.Blob = class {
  constructor([text]) {
    this.text = text
  }
}
URL.createObjectURL = ({ text }) => {
  scripts.set('blob:game', text)
  return 'blob:game'
}
URL.revokeObjectURL = () => {}

const awake = setInterval(() => {}, 1000)
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
runInThisContext(code, { filename: 'playground-worker.js' })

/** @returns what the worker has said */
async function send(message) {
  const done = new Promise((resolve) => {
    answer = resolve
  })
  globalThis.onmessage({ data: structuredClone(message) })
  await done
  return inbox.splice(0)
}

const keys = [
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'KeyA',
  'KeyD',
  'KeyW',
  'KeyS',
  'Space',
  'Enter',
  'KeyM',
]
const hand = () => {
  const place = { x: random(), y: random() }
  const key = among(keys)
  if (random() < 0.5) return { keys: [], presses: [], pointer: { ...place, isDown: random() < 0.5 }, clicks: [place] }
  return { keys: [key], presses: [key], pointer: undefined, clicks: [] }
}
const linkOf = (latencyMs, jitterMs, lossPercent) => ({ latencyMs, jitterMs, lossPercent })
const networks = [linkOf(1, 1, 0), linkOf(10, 20, 1), linkOf(40, 60, 2), linkOf(150, 100, 5), linkOf(400, 200, 30)]

let realMs = 0
/** Frames of the screen, with hands at some clients. @returns the last status */
async function frames(count, clients, hands = 0.1) {
  let status
  for (let frame = 0; frame < count; frame++) {
    realMs += random() < 0.1 ? 150 : 50
    const list = clients.map(() => (random() < hands ? hand() : undefined))
    for (const message of await send({ kind: 'frame', nowMs: realMs, hands: list })) {
      if (message.kind === 'status') status = message
    }
  }
  return status
}

async function play(game, clientCount, network) {
  const clients = Array.from({ length: clientCount }, (_, index) => index)
  const record = { seed: Math.floor(random() * 2 ** 32), links: clients.map(() => network), frames: 0, inputs: [] }
  await send({ kind: 'load', code: game, record, isReplay: false })
  for (const index of clients) await send({ kind: 'size', index, width: 400, height: 300 })
  await frames(20, clients, 0)
  for (let round = 0; round < 8; round++) {
    await frames(8, clients, round % 3 === 0 ? 0 : 0.15)
    const client = Math.floor(random() * clientCount)
    if (round % 4 === 1) {
      await change(client, { kind: 'cut' })
      await frames(among([4, 40, 80]), clients)
      await change(client, { kind: 'heal' })
    }
    if (round % 4 === 2) await change(random() < 0.3 ? undefined : client, { kind: 'link', link: among(networks) })
    await change(client, { kind: among(['bot', 'hand', 'ahead', 'behind']) })
    await send({ kind: 'watch', who: among(['server', client, undefined]) })
    if (round === 5) {
      await send({ kind: 'play', isOn: false })
      await frames(2, clients)
      await send({ kind: 'look', place: 10 })
      await frames(4, clients)
      await send({ kind: 'play', isOn: true })
    }
  }
  return clients
}

const change = (client, given) => send({ kind: 'change', client, change: given })

/** A link to the run that is on, played to its end and on from there. */
async function playLink(game, clients) {
  const shared = (await send({ kind: 'share' })).find(({ kind }) => kind === 'shared')
  await send({ kind: 'load', code: game, record: shared.record, isReplay: true })
  await frames(10, clients)
  await send({ kind: 'moveOut' })
  await send({ kind: 'skip' })
  for (let status; status?.frame !== shared.record.frames; ) status = (await frames(5, clients)) ?? status
  await send({ kind: 'share' })
  await send({ kind: 'takeOver' })
  await frames(20, clients)
}

for (const [index, game] of games.entries()) {
  const clients = await play(game, 4, networks[index % 3])
  await playLink(game, clients)
  const others = await play(game, [2, 3, 4, 1][index % 4], networks[3 + (index % 2)])
  if (index === 0) {
    // longer than a session waits
    await change(others.length - 1, { kind: 'cut' })
    await frames(600, others, 0.02)
    await change(undefined, { kind: 'heal' })
    await frames(20, others)
  }
  await turn()
}
// a fault of the worker itself; then what a worker does that has to end
mayFail = true
await send(undefined)
await send({ kind: 'load', code: { game: 'throw new Error()', play: '' }, record: { links: [] }, isReplay: false })
await send({ kind: 'moveOut' })
globalThis.tygaseMissingPart?.()
for (const listener of listeners) listener({ preventDefault() {} })
for (let twice = 0; twice < 2; twice++) await send({ kind: 'frame', nowMs: realMs, hands: [] })

const { result } = await session.post('Profiler.takePreciseCoverage')
const ranges = result
  .find(({ url }) => url === 'playground-worker.js')
  .functions.flatMap(({ ranges }) => ranges)
  .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
const isReached = new Uint8Array(code.length)
for (const { startOffset, endOffset, count } of ranges) isReached.fill(count > 0 ? 1 : 0, startOffset, endOffset)
const unreached = []
for (let start = isReached.indexOf(0); start >= 0; ) {
  const next = isReached.indexOf(1, start)
  const end = next < 0 ? code.length : next
  unreached.push([start, end])
  start = next < 0 ? -1 : isReached.indexOf(0, next)
}
clearInterval(awake)
stdout.write(JSON.stringify(unreached), () => exit(0))
