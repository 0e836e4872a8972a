import { FormCounts, type Message, type Outcome, PacketDecoder, type Side } from '../decoder/index.js'
import type { Captured, Wiretap } from './wiretap.js'

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>

export interface HeardMessage {
  readonly packet: Captured
  readonly message: Message
}

export interface Heard<Kind extends Message['kind']> {
  readonly packet: Captured
  readonly message: Of<Kind>
}

/** Decodes all packets of a play in the order in which they were written. */
export function decodePlay(play: Wiretap, met = new FormCounts()): HeardPlay {
  const decoders = play.reliable.map((reliable) => ({
    client: new PacketDecoder('client', reliable, met),
    server: new PacketDecoder('server', reliable, met),
  }))
  // told once, for all transports of a session
  let names: readonly string[] = []
  const messages = play.captured.flatMap((packet) => {
    const decoder = decoders[packet.line]![packet.from]
    decoder.names = names
    const found = decoder.decode(packet.bytes)
    names = decoder.names
    return found.map((message) => ({ packet, message }))
  })
  return new HeardPlay(play, messages)
}

function isOf<Kind extends Message['kind']>(message: Message, kind: Kind): message is Of<Kind> {
  return message.kind === kind
}

/** All messages of a play. */
export class HeardPlay {
  readonly messages: readonly HeardMessage[]
  readonly #play: Wiretap

  constructor(play: Wiretap, messages: readonly HeardMessage[]) {
    this.#play = play
    this.messages = messages
  }

  of<Kind extends Message['kind']>(kind: Kind, from: Side): Heard<Kind>[] {
    return this.messages.flatMap(({ packet, message }) =>
      isOf(message, kind) && packet.from === from ? [{ packet, message }] : [],
    )
  }

  /** What the acks of a side say of each sequence; skipped ones are left out. */
  outcomes(from: Side): { sequence: number; outcome: 'done' | 'lost' | Outcome }[] {
    return this.of('ack', from).flatMap(({ message: { start, runs } }) => {
      let next = start
      return runs.flatMap((run) => {
        const first = next
        next += run.count
        if (run.type === 'skip') return []
        const outcomes = run.type === 'outcomes' ? run.outcomes : new Array<'done' | 'lost'>(run.count).fill(run.type)
        return outcomes.map((outcome, index) => ({ sequence: first + index, outcome }))
      })
    })
  }

  /** The times of its peer that had come to a side over the same line when it wrote a packet. */
  timesKnownTo(side: Side, packet: Captured): { time: number; atMs: number }[] {
    const came = this.#play.arrivals.filter(
      (arrival) => arrival.packet.line === packet.line && arrival.packet.from !== side && arrival.atMs <= packet.atMs,
    )
    const messages = came.map((arrival) => ({
      atMs: arrival.atMs,
      found: this.messages.filter((heard) => heard.packet === arrival.packet).map((heard) => heard.message),
    }))
    // a client ignores what comes before its welcome
    const begin = messages.findIndex(({ found }) =>
      found.some(({ kind }) => kind === 'welcome' || kind === 'newWelcome' || kind === 'hello'),
    )
    return messages
      .slice(begin < 0 ? messages.length : begin)
      .flatMap(({ atMs, found }) =>
        found.flatMap((message) => (message.kind === 'time' ? [{ time: message.time, atMs }] : [])),
      )
  }
}
