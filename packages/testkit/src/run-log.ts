import type { Clock, Logger } from '@tygase/gamestate'

/** A warning or an error that the server or a client has logged. */
export interface Problem {
  readonly atMs: number
  /** `server`, or `client 3`. */
  readonly who: string
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly details: object
}

const maxProblems = 1000

/** The prime and the first value of FNV-1a with 32 bits, by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo. */
const fnvPrime = 0x01000193
const fnvBasis = 0x811c9dc5

/** The record of a run: the newest warnings and errors, and one number for all packets with their times. */
export class RunLog {
  readonly #clock: Clock
  readonly #problems: Problem[] = []
  #hash = fnvBasis
  #packets = 0
  readonly #time = new Float64Array(1)
  readonly #timeBytes = new Uint8Array(this.#time.buffer)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The newest 1,000. */
  get problems(): readonly Problem[] {
    return this.#problems
  }

  /** Differs, all but certainly, between two runs that differ in a bit of a packet or in its time. */
  get fingerprint(): number {
    return this.#hash >>> 0
  }

  /** How many packets the fingerprint covers. */
  get packets(): number {
    return this.#packets
  }

  /** @param who the part that logs, as in `Problem` */
  loggerOf(who: string): Logger {
    const note = (level: Problem['level'], details: object, message: string): void => {
      this.#problems.push({ atMs: this.#clock.now(), who, level, message, details })
      if (this.#problems.length > maxProblems) this.#problems.shift()
    }
    return {
      debug: () => {},
      info: () => {},
      warn: (details, message) => note('warn', details, message),
      error: (details, message) => note('error', details, message),
    }
  }

  /** The last three errors, one to a line, for the message of a failure. */
  describeErrors(): string[] {
    return this.#problems
      .filter(({ level }) => level === 'error')
      .slice(-3)
      .map(({ atMs, who, message, details }) => {
        const error = 'err' in details ? `: ${String(details.err)}` : ''
        return `at ${atMs} ms ${who} logged: ${message}${error}`
      })
  }

  notePacket(client: number, fromServer: boolean, bytes: Uint8Array): void {
    this.#packets++
    this.#time[0] = this.#clock.now()
    this.#mix(this.#timeBytes)
    this.#mix([client & 0xff, client >>> 8, Number(fromServer)])
    this.#mix(bytes)
  }

  #mix(bytes: { readonly length: number; readonly [index: number]: number }): void {
    let hash = this.#hash
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, fnvPrime)
    this.#hash = hash
  }
}
