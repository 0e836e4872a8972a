// The process of the server that is attacked, of this checkout or of another one.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Http from '@tygase/http'
import { answerParent } from '../../net/answer-parent.js'
import { percentile } from '../../net/percentile.js'
import { holdGame, prepareRoom, roomOptions } from '../game.js'
import { loadLibrary } from '../library.js'
import type { HoldServerQuestions } from './questions.js'

const tickMs = 50
/** Ticks closer together than this have come in one go. */
const leastGapMs = 5
/** Time of a costly rule. */
const workMs = 0.8
const differentLines = 20
/** Rooms that run beside the one that is attacked. */
const otherRooms = ['2', '3', '4']
/** A file that requests ask for, in parts too: as long as the record of a match. */
const recordBytes = 4 * 1024 * 1024
/** The usual limits for addresses, which addresses of this machine do not have without being asked for. */
const serverLimits = {
  maxSessionsPerAddress: 100,
  maxHandshakesPerAddress: 32,
  maxRoomsPerAddress: 100,
  maxBytesPerSecondPerAddress: 16 * 1024 * 1024,
  maxTimeSharePerAddress: 0.25,
}
const requestLimits = { requestsPerMinutePerAddress: 600, maxRequestsPerAddress: 32 }

/** Processor time of the whole process so far, in ms, threads of the engine included: collection and compiling. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const threadFile = `/proc/self/task/${process.pid}/schedstat`
const hasThreadTime = existsSync(threadFile)

/** Processor time of the thread that the loop runs in, in ms: only this can hold a tick. Without a kernel that says it, that of the process. */
function loopMs(): number {
  return hasThreadTime ? Number.parseInt(readFileSync(threadFile, 'latin1'), 10) / 1e6 : cpuMs()
}

let log: Record<string, number> = {}
let begun = { cpu: 0, at: 0 }
let holds: number[] = []
let processHolds: number[] = []
let last = { cpu: 0, loop: 0, at: 0 }
let heapBytes = 0

function noteHold(at: number): void {
  const [cpu, loop] = [cpuMs(), loopMs()]
  holds.push(loop - last.loop)
  processHolds.push(cpu - last.cpu)
  last = { cpu, loop, at }
}

function noteTick(): void {
  const now = performance.now()
  if (now - last.at < leastGapMs) return
  noteHold(now)
  heapBytes = Math.max(heapBytes, usedBytes())
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function note(level: string): (entry: unknown, message?: string) => void {
  return (entry, message) => {
    const { clientId: _, ...rest } = typeof entry === 'object' && entry !== null ? (entry as { clientId?: string }) : {}
    const known = message ?? String(entry)
    const code = 'code' in rest ? ` (${String(rest.code)})` : ''
    const line = `${level}: ${known}${code}`
    if (line in log || Object.keys(log).length < differentLines) log[line] = (log[line] ?? 0) + 1
  }
}

function work(): void {
  const endMs = performance.now() + workMs
  while (performance.now() < endMs);
}

answerParent<HoldServerQuestions>({
  async open({ root, isPaused }) {
    const library = await loadLibrary(root)
    const http = (await import(pathToFileURL(join(resolve(root), 'packages/http/dist/index.js')).href)) as typeof Http
    const logger = { debug() {}, info: note('info'), warn: note('warn'), error: note('error') }
    const server = new library.server.Server({ ...serverLimits, logger })
    const game = holdGame(library, work)
    const onTick = (room: { id: string }): void => {
      if (room.id === '1') noteTick()
    }
    // earlier checkouts know no list
    if ('defineRoomList' in server) server.defineRoomList()
    server.define('hold', game, { ...roomOptions, onTick, runWhenEmpty: true, idleGraceMs: Number.POSITIVE_INFINITY })
    const folder = mkdtempSync(join(tmpdir(), 'tygase-hold-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'record.bin'), new Uint8Array(recordBytes))
    const room = await server.createRoom('hold', { id: '1' })
    prepareRoom(room)
    for (const id of otherRooms) await server.createRoom('hold', { id })
    if (isPaused) room.pause()
    const { requestListener } = http.createHttp({
      rooms: server,
      limits: requestLimits,
      logger,
      routes: (app) => {
        app.all('/echo', async (c) => c.text(String((await c.req.text()).length)))
        // earlier checkouts serve no files
        if ('serveFiles' in http) app.use('/files/*', http.serveFiles({ root: folder, prefix: '/files' }))
        app.get('/fail', () => {
          throw new Error('this route always fails')
        })
        app.get('/slow', async (c) => {
          await new Promise((done) => setTimeout(done, 200))
          return c.text('at last')
        })
      },
    })
    await server.run({ port: 0, hostname: '127.0.0.1', requestListener })
    return { port: server.port! }
  },
  begin() {
    globalThis.gc?.()
    holds = []
    processHolds = []
    log = {}
    heapBytes = usedBytes()
    begun = { cpu: cpuMs(), at: performance.now() }
    last = { ...begun, loop: loopMs() }
    return null
  },
  end() {
    const now = performance.now()
    // what has been done since the last tick counts as one hold, even if no tick has come at all
    if (now - last.at > tickMs) noteHold(now)
    const figures = {
      holdP50Ms: percentile(holds, 0.5),
      holdP99Ms: percentile(holds, 0.99),
      holdMaxMs: Math.max(0, ...holds),
      processP99Ms: percentile(processHolds, 0.99),
      ticks: holds.length,
      dueTicks: Math.floor((now - begun.at) / tickMs),
      cpuMs: cpuMs() - begun.cpu,
      heapMb: Math.max(heapBytes, usedBytes()) / 2 ** 20,
    }
    globalThis.gc?.()
    return { ...figures, keptMb: usedBytes() / 2 ** 20, log }
  },
})
