import type { AnyGame, Outcome as RuleOutcome } from '@tygase/gamestate'
import { decodeValue, type EventInput, encodeValue } from '@tygase/gamestate/internal'
import { Counters, type Outcome } from '@tygase/protocol/internal'
import type { ClientLink } from '../../src/clients/client-link.js'
import type { OutgoingEvent } from '../../src/clients/link-room.js'
import { EventIntake, type IntakeRoom } from '../../src/events/event-intake.js'
import { field, LogBook } from './stage.js'

/** An intake for `field`, a machine that keeps its inputs, and a link that keeps how its events ended. */
export function setUpIntake({
  maxOutcomeBytes = Number.POSITIVE_INFINITY,
  exposeErrors = false,
  game = field as AnyGame,
} = {}) {
  const log = new LogBook()
  const pushed: EventInput[] = []
  const machine = {
    tick: 100,
    ticksUntil: (tick: number): number => tick - 100.25,
    refusal: undefined as RuleOutcome | undefined,
    push: (input: unknown) => {
      if (machine.refusal === undefined) pushed.push(input as EventInput)
      return machine.refusal
    },
  }
  const counters = new Counters()
  const answeredBy: ('rule' | 'server')[] = []
  const loop = {
    answered: (_link: unknown, byRule: boolean) => answeredBy.push(byRule ? 'rule' : 'server'),
    writeSoon: () => {},
  }
  const out = {
    sent: [] as unknown[],
    isFull: false,
    send: ([link]: readonly ClientLink[], event: OutgoingEvent): void => {
      if (out.isFull) event.onDrop?.()
      else out.sent.push([link!.id, event.name, event.retries, event.minVersion])
    },
  }
  // reason: an intake looks at no more of a room
  const time = { ms: 0, charged: 0 }
  const clock = { now: () => time.ms }
  const room = {
    ...{ clock, logger: log, counters, game, machine, loop, exposeErrors },
    ...{ maxAheadMs: 1000, maxRewindMs: 250, out },
  } as unknown as IntakeRoom
  const intake = new EventIntake(room)
  const outcomes: unknown[] = []
  const messages: string[] = []
  const ended: string[] = []
  const fake = {
    id: 'c',
    status: 'connected',
    hasEnded: false,
    isJoined: true,
    earlyEvents: [] as unknown[],
    handlerAnswers: new Map<number, Outcome>(),
    runningBytes: 0,
    charge: (ms: number) => {
      time.charged += ms
    },
    /** Memory that is kept for each event. */
    held: new Map<number, number>(),
    maxHeldBytes: Number.POSITIVE_INFINITY,
    hold: (sequence: number, bytes: number): boolean => {
      const held = [...fake.held.values()].reduce((sum, each) => sum + each, 0)
      if (held + bytes > fake.maxHeldBytes) return false
      fake.held.set(sequence, (fake.held.get(sequence) ?? 0) + bytes)
      return true
    },
    ruleClient: { id: 'c' },
    arrivals: [] as (readonly [sequence: number, ticksEarly: number])[],
    arrived: (sequence: number, ticksEarly: number): void => void fake.arrivals.push([sequence, ticksEarly]),
    reply: (sequence: number, outcome: Outcome): void => {
      fake.held.delete(sequence)
      const value = outcome.kind === 'done' && outcome.payload
      if (value && value.length > maxOutcomeBytes) throw new Error('too large')
      if (outcome.kind === 'refused') messages.push(outcome.message)
      outcomes.push([sequence, outcome.kind === 'done' ? value && decodeValue(value) : outcome.code])
    },
    end: (code: string) => ended.push(code),
  }
  const link = fake as unknown as ClientLink
  let sequence = 0
  const take = (name: string, data: unknown, stamp: { tick?: number; seen?: number } = {}): void =>
    intake.take(link, { sequence: ++sequence, name, payload: encodeValue(data), ...stamp })
  /** The rule of the n-th input has run. */
  const ran = (n: number, outcome: RuleOutcome, error?: unknown): void => {
    const failure = error === undefined ? undefined : { rule: pushed[n]!.name, input: pushed[n], error }
    intake.ran(link, pushed[n]!, outcome, failure)
  }
  return {
    log,
    machine,
    pushed,
    intake,
    counters,
    outcomes,
    messages,
    ended,
    fake,
    link,
    take,
    ran,
    answeredBy,
    time,
    out,
  }
}

/** Lets promises that have settled reach those who wait for them. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
