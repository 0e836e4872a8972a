import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { type IncomingEvent, type Outcome, ServerSession, type SessionLedger } from '@tygase/protocol/internal'
import { Fate, type Play, serverOptions } from './play.js'

/** What a room has done since its last snapshot. */
type Entry =
  | { readonly kind: 'accept'; readonly sequence: number }
  | { readonly kind: 'reply'; readonly sequence: number; readonly outcome: Outcome }
  | { readonly kind: 'send'; readonly name: string; readonly retries: number }

/** Not a secret's hash, but nothing that a client could send. */
export const hashOf = (token: Uint8Array): Uint8Array => Uint8Array.from(token, (byte) => byte ^ 0xff)

/** An encoding that keeps what is plain data, and nothing else. */
export function through(ledger: SessionLedger): SessionLedger {
  // reason: a copy of the argument
  return decodeValue(encodeValue(ledger)) as SessionLedger
}

/**
 * A room around the server's session of a play: it runs events on ticks, some of them with a handler that takes its time, and writes
 * down each thing before the session sends it. `crash` makes the session again from what was written down.
 */
export class JournaledRoom {
  /** The sequences of events that have run, over all crashes. */
  readonly ran: number[] = []
  /** Events whose handler was cut off by a crash. */
  readonly cutOff = new Set<number>()
  /** Calls of events that the process of now has sent. */
  fates: Fate[] = []
  readonly #play: Play
  readonly #waiting: IncomingEvent[] = []
  readonly #handling = new Set<number>()
  #ledger: SessionLedger
  #journal: Entry[] = []
  #life = 0

  constructor(play: Play) {
    this.#play = play
    this.#ledger = through(this.#readLedger())
    play.serverEar.answer = (event) => {
      this.#waiting.push({ ...event, payload: new Uint8Array(event.payload) })
      return undefined
    }
  }

  send(name: string, retries: number): number {
    const fate = new Fate()
    this.fates.push(fate)
    this.#journal.push({ kind: 'send', name, retries })
    return this.#play.server.send(name, new Uint8Array(3), fate.options(retries), this.#play.clock.now())
  }

  /** Runs the events that wait. */
  tick(): void {
    const { random, clock } = this.#play
    for (const { sequence } of this.#waiting.splice(0)) {
      this.ran.push(sequence)
      this.#journal.push({ kind: 'accept', sequence })
      const dice = random()
      if (dice < 0.2) this.#reply(sequence, { kind: 'refused', code: `no-${sequence}`, message: '' })
      else if (dice < 0.5) this.#reply(sequence, { kind: 'done', payload: new Uint8Array([sequence % 256]) })
      else if (dice < 0.8) this.#reply(sequence, { kind: 'done' })
      else {
        const life = this.#life
        this.#handling.add(sequence)
        clock.schedule(random() * 300, () => {
          if (life === this.#life) this.#reply(sequence, { kind: 'done' })
        })
      }
    }
  }

  snapshot(): void {
    this.#ledger = through(this.#readLedger())
    this.#journal = []
  }

  /** The process is gone, and another one has what was written down. */
  crash(): void {
    const play = this.#play
    play.cut()
    this.#life++
    this.fates = []
    this.#waiting.length = 0
    for (const sequence of this.#handling) this.cutOff.add(sequence)
    this.#handling.clear()
    const options = { ...serverOptions(play.serverEar), limits: play.limits, hashOf, ledger: this.#ledger }
    const session = new ServerSession({ ...options, token: new Uint8Array(16).fill(this.#life) }, play.clock.now())
    for (const entry of this.#journal) {
      if (entry.kind === 'accept') session.accept(entry.sequence)
      else if (entry.kind === 'reply') session.reply(entry.sequence, entry.outcome)
      else session.send(entry.name, new Uint8Array(3), { retries: entry.retries }, play.clock.now())
    }
    play.server = session
    play.serverEar.session = session
  }

  #reply(sequence: number, outcome: Outcome): void {
    this.#handling.delete(sequence)
    this.#journal.push({ kind: 'reply', sequence, outcome })
    this.#play.server.reply(sequence, outcome)
  }

  #readLedger(): SessionLedger {
    const { server, clock } = this.#play
    return server.ledger(clock.now(), new Set(this.#waiting.map(({ sequence }) => sequence)))
  }
}
