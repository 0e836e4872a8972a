import { performance } from 'node:perf_hooks'
import { WebSocket } from 'ws'
import type { AttackCounts, AttackTarget } from './attacker.js'
import { AttackerSession } from './attacker-session.js'
import { type Member, type Preparation, preparationOf } from './generator/packets.js'
import { type Visit, visitOf } from './generator/visits.js'
import type { Library } from './library.js'

/** A visitor answers this often. */
const turnMs = 10
/** One that is refused comes again after this time, and not at once. */
const retryMs = 2
const noBytes = new Uint8Array(0)

/** Paths of the rooms that are visited. */
export interface VisitPaths {
  readonly room: string
  readonly list: string
}

/** A client that comes, stays and goes in its way, in many places at a time. All that it sends is honest. */
export class Visitor {
  readonly counts: AttackCounts
  readonly #library: Library
  readonly #visit: Visit
  readonly #preparation: Preparation
  readonly #target: AttackTarget
  readonly #paths: VisitPaths
  readonly #random: () => number
  readonly #sockets = new Set<WebSocket>()
  readonly #credentials: Uint8Array
  readonly #prepared = new WeakSet<AttackerSession>()
  #isStopped = false

  constructor(
    library: Library,
    member: Member,
    {
      target,
      paths,
      random,
      counts,
    }: { target: AttackTarget; paths: VisitPaths; random: () => number; counts: AttackCounts },
  ) {
    this.#library = library
    this.#visit = visitOf(member)
    this.#preparation = preparationOf(member, 1 / this.#visit.places)
    this.#target = target
    this.#paths = paths
    this.#random = random
    this.counts = counts
    const { data } = this.#visit
    this.#credentials = data === '' ? noBytes : library.protocol.writeCredentials({ data })
  }

  start(): void {
    for (let place = 0; place < this.#visit.places; place++) this.#come(undefined)
  }

  stop(): void {
    this.#isStopped = true
    for (const socket of this.#sockets) socket.terminate()
  }

  /** @param before the session that goes on, or whose client comes again; undefined for a stranger */
  #come(before: AttackerSession | undefined): void {
    if (this.#isStopped) return
    const { way, stayMs, saysGoodbye } = this.#visit
    const { port, address } = this.#target
    const path = way === 'list' ? this.#paths.list : this.#paths.room
    this.counts.connections++
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false, localAddress: address })
    this.#sockets.add(socket)
    let session: AttackerSession | undefined
    let timer: NodeJS.Timeout | undefined
    let sinceMs: number | undefined
    /** True once another transport has taken over. */
    let hasMoved = false
    const turn = (own: AttackerSession): void => {
      if (!this.#isReady(own)) return
      sinceMs ??= performance.now()
      if (performance.now() - sinceMs < stayMs) return
      clearInterval(timer)
      if (way === 'resume') {
        hasMoved = true
        this.#come(own)
      } else if (saysGoodbye) own.leave(performance.now())
      else socket.terminate()
    }
    socket.on('open', () => {
      if (way === 'silent') {
        setTimeout(() => socket.terminate(), stayMs)
        return
      }
      const send = (packet: Uint8Array): void => {
        this.counts.bytes += packet.length
        if (socket.readyState === socket.OPEN) socket.send(packet)
      }
      const own = this.#sessionFor(path, before, send)
      session = own
      timer = setInterval(() => turn(own), turnMs)
    })
    socket.on('message', (data: Buffer) => hasMoved || session?.receive(data, performance.now()))
    socket.on('error', () => {})
    socket.on('close', (code, reason) => {
      clearInterval(timer)
      this.#sockets.delete(socket)
      this.#count(`${code} ${reason.toString().replace(/\d+/g, '#')}`)
      if (!hasMoved) setTimeout(() => this.#come(session ?? before), retryMs)
    })
  }

  /** The same session over another transport, the same client in another session, or a new client. */
  #sessionFor(path: string, before: AttackerSession | undefined, send: (packet: Uint8Array) => void): AttackerSession {
    const now = performance.now()
    const { way } = this.#visit
    if (way === 'resume' && before?.mayGoOn === true) {
      before.move(send, now)
      return before
    }
    const rejoin = way === 'rejoin' ? before?.session.secret : undefined
    return new AttackerSession(this.#library, { path, credentials: this.#credentials, rejoin }, this.#random, send, now)
  }

  /** Answers, and prepares what it has not. @returns true once the session is let in */
  #isReady(session: AttackerSession): boolean {
    const now = performance.now()
    const isIn = session.isJoined && session.session.status === 'connected'
    if (!isIn || this.#preparation.isAnswering) session.flush(now)
    if (!isIn) return false
    if (!this.#prepared.has(session) && this.#visit.way !== 'list') session.prepare(this.#preparation, now)
    this.#prepared.add(session)
    return true
  }

  #count(ending: string): void {
    const { endings } = this.counts
    if (Object.keys(endings).length < 8 || ending in endings) endings[ending] = (endings[ending] ?? 0) + 1
  }
}
