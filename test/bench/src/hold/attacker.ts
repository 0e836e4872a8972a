import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { WebSocket } from 'ws'
import { AttackerSession } from './attacker-session.js'
import { frameOf, framesOf } from './generator/frames.js'
import { type Member, PacketSource, preparationOf } from './generator/packets.js'
import { requestsOf } from './generator/requests.js'
import type { Library } from './library.js'
import { Visitor } from './visitor.js'

/** The path of the room that is attacked. */
export const roomPath = '/hold/1'
/** The path of the list of rooms. */
const listPath = '/rooms'
/** As much as waits in the attacker's socket before it makes no more. */
const mostUnsentBytes = 256 * 1024
/** Made at a time, so that the attacker reads and acks between. */
const burstBytes = 64 * 1024
/** Connections that an attacker has lost before it leaves out the preparation. */
const mostPreparations = 3
/** An attacker that is refused comes again after this time, and not at once. */
const retryMs = 2

export interface AttackTarget {
  readonly port: number
  /** Address of the attacker, on this machine. */
  readonly address: string
}

/** What an attacker has sent. */
export interface AttackCounts {
  bytes: number
  /** Connections that it has opened. */
  connections: number
  /** Reasons with which the server has ended them. */
  readonly endings: Record<string, number>
}

/** A client that sends a member of a kind for as long as it may: over a WebSocket, or over a bare socket for requests. */
export class Attacker {
  readonly counts: AttackCounts = { bytes: 0, connections: 0, endings: {} }
  readonly #library: Library
  readonly #member: Member
  readonly #target: AttackTarget
  readonly #random: () => number
  #isStopped = false
  #isStarted = false
  #end = (): void => {}

  constructor(library: Library, member: Member, target: AttackTarget, random: () => number) {
    this.#library = library
    this.#member = member
    this.#target = target
    this.#random = random
  }

  /** Connects and prepares. @returns once it could attack */
  prepare(): Promise<void> {
    const { family } = this.#member.kind
    return family === 'request' || family === 'visit' ? Promise.resolve() : this.#join()
  }

  /** Attacks from now on, and comes again as often as it is sent away. */
  attack(): void {
    this.#isStarted = true
    const { family } = this.#member.kind
    if (family === 'request') this.#request()
    else if (family === 'visit') this.#visit()
  }

  stop(): void {
    this.#isStopped = true
    this.#end()
  }

  #join(): Promise<void> {
    const { port, address } = this.#target
    this.counts.connections++
    return new Promise((resolve) => {
      const url = `ws://127.0.0.1:${port}${roomPath}`
      const webSocket = new WebSocket(url, { perMessageDeflate: false, localAddress: address })
      const now = () => performance.now()
      let raw: Socket | undefined
      let timer: NodeJS.Timeout | undefined
      let session: AttackerSession | undefined
      webSocket.on('upgrade', ({ socket }) => {
        raw = socket
      })
      webSocket.on('open', () => {
        const send = (packet: Uint8Array) => raw?.write(frameOf(packet))
        session = new AttackerSession(this.#library, { path: roomPath }, this.#random, send, now())
        if (this.#member.kind.name === 'message/hello') return begin()
        timer = setInterval(() => {
          if (!session?.isJoined) return session?.flush(now())
          clearInterval(timer)
          begin()
        }, 10)
      })
      const begin = (): void => {
        const preparation = preparationOf(this.#member, 1)
        if (session!.isJoined && this.counts.connections <= mostPreparations) session!.prepare(preparation, now())
        resolve()
        const answer = preparation.isAnswering ? () => session!.flush(now()) : () => {}
        const bursts = this.#burstsOf(session!)
        const known = (): Buffer | undefined => {
          const bytes = bursts()
          if (preparation.isAnswering) session!.knowForged(now())
          return bytes
        }
        this.#send(raw!, known, answer)
      }
      webSocket.on('message', (data: Buffer) => session?.receive(data, now()))
      webSocket.on('error', () => {})
      webSocket.on('close', (code, reason) => {
        clearInterval(timer)
        resolve()
        this.#count(`${code} ${reason.toString().replace(/\d+/g, '#')}`)
        if (!this.#isStopped) setTimeout(() => this.#isStopped || this.#join(), retryMs)
      })
      this.#end = () => webSocket.terminate()
    })
  }

  #request(): void {
    if (this.#isStopped) return
    const { port, address } = this.#target
    this.counts.connections++
    const socket = connect({ port, host: '127.0.0.1', localAddress: address })
    const requests = requestsOf(this.#member)
    socket.on('connect', () =>
      this.#send(
        socket,
        () => requests,
        () => {},
      ),
    )
    socket.on('data', () => {})
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#count('closed')
      setTimeout(() => this.#request(), retryMs)
    })
    this.#end = () => socket.destroy()
  }

  #visit(): void {
    const options = {
      target: this.#target,
      paths: { room: roomPath, list: listPath },
      random: this.#random,
      counts: this.counts,
    }
    const visitor = new Visitor(this.#library, this.#member, options)
    this.#end = () => visitor.stop()
    visitor.start()
  }

  #burstsOf(session: AttackerSession): () => Buffer | undefined {
    if (this.#member.kind.family === 'frame') {
      const frames = framesOf(this.#member)
      return () => frames
    }
    const source = new PacketSource(this.#library, this.#member, session.world, session.exampleOf(this.#member))
    return () => {
      const frames: Buffer[] = []
      for (let bytes = 0; bytes < burstBytes; ) {
        const packet = source.next()
        if (packet === undefined) return undefined
        const frame = frameOf(packet)
        frames.push(frame)
        bytes += frame.length
      }
      return Buffer.concat(frames)
    }
  }

  #send(socket: Socket, burst: () => Buffer | undefined, answer: () => void): void {
    if (this.#isStopped || socket.destroyed || !socket.writable) return
    answer()
    if (this.#isStarted && socket.writableLength < mostUnsentBytes) {
      const bytes = burst()
      if (bytes !== undefined) {
        this.counts.bytes += bytes.length
        socket.write(bytes)
      }
      setImmediate(() => this.#send(socket, burst, answer))
    } else setTimeout(() => this.#send(socket, burst, answer), 1)
  }

  #count(ending: string): void {
    const { endings } = this.counts
    if (Object.keys(endings).length < 8 || ending in endings) endings[ending] = (endings[ending] ?? 0) + 1
  }
}
