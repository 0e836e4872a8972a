import {
  ClientSession,
  type CloseInfo,
  type IncomingEvent,
  type Outcome,
  type Session,
  type SessionListener,
  type SessionStatus,
} from '@tygase/protocol/internal'
import { demand } from '../target.js'

/** What became of an event at its sender. */
export interface Fate {
  readonly sequence: number
  readonly retries: number
  readonly outcomes: string[]
}

const outcomes: readonly Outcome[] = [
  { kind: 'done' },
  { kind: 'done', payload: new Uint8Array([1, 2, 3]) },
  { kind: 'refused', code: 'poor', message: 'no' },
]

/** One end of a session, and what it has promised so far. Throws a Violation as soon as a promise is broken. */
export class StageSide<OwnSession extends Session = Session> implements SessionListener {
  session!: OwnSession
  readonly fates: Fate[] = []
  /** Sequences of the peer's events in the order in which they were handled. */
  readonly handled = new Set<number>()
  /** Events whose handler has not ended yet. */
  readonly waiting: number[] = []
  closes = 0
  #lastHandled = 0
  /** Set once somebody has forged packets: what they say may be anything, but it counts once. */
  isForged = false
  #held: number | undefined

  onEvent({ sequence }: IncomingEvent): void {
    demand(sequence > this.#lastHandled, `event ${sequence} is handled after ${this.#lastHandled}`)
    this.#lastHandled = sequence
    this.handled.add(sequence)
    this.waiting.push(sequence)
  }

  onState(version: number, base: number | undefined): void {
    if (!(this.session instanceof ClientSession)) return
    if (base !== undefined && base !== this.#held) return this.session.stateHeld(this.isForged ? undefined : this.#held)
    this.#held = version
    this.session.stateHeld(version)
  }

  onStatus(status: SessionStatus, _info?: CloseInfo): void {
    if (status === 'closed') this.closes++
    demand(this.closes <= 1, 'a session has closed twice')
  }

  send(retries: number, payloadBytes: number, now: number): void {
    const outcomes: string[] = []
    const note = (outcome: string): void => {
      outcomes.push(outcome)
      demand(outcomes.length === 1, `an event has two outcomes: ${outcomes.join(', ')}`)
    }
    const fate = { retries, outcomes }
    const name = payloadBytes % 2 === 0 ? 'move' : 'unnamed'
    // of a client: some are for a tick, of those some go into each packet, and some take the place of one that waits
    const isStamped = this.session instanceof ClientSession && payloadBytes > 3
    const stamp = isStamped && {
      ...{ tick: Math.floor(now / 33), seen: now / 33 - payloadBytes },
      ...{ repeatUntilMs: now + 50 * (payloadBytes - 4), replace: payloadBytes > 6 },
    }
    try {
      const sequence = this.session.send(
        name,
        new Uint8Array(payloadBytes),
        { retries, ...stamp, onAck: () => note('acked'), onFail: ({ code }) => note(code) },
        now,
      )
      this.fates.push({ ...fate, sequence })
    } catch (error) {
      const { code } = error as { code?: string }
      demand(['not_connected', 'session_closed', 'queue_full'].includes(code ?? ''), `send throws ${String(error)}`)
    }
  }

  settle(choice: number): void {
    const sequence = this.waiting.shift()
    if (sequence !== undefined) this.session.reply(sequence, outcomes[choice % outcomes.length]!)
  }
}
