import type { AnyGame, Clock, GameStateMachine, Logger, Outcome as RuleOutcome } from '@tygase/gamestate'
import {
  type Checked,
  decodeCounted,
  type EventInput,
  elementBytes,
  encodeValue,
  guard,
  isThenable,
  type RuleFailure,
  validateEvent,
} from '@tygase/gamestate/internal'
import {
  type Counters,
  channelsEvent,
  type EventLimits,
  effectsEvent,
  type IncomingEvent,
  maxNameLength,
  type Outcome,
  presenceEvent,
  RefusalError,
  shutdownEvent,
} from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { OutgoingEvent } from '../clients/link-room.js'
import { ServerError } from '../errors.js'
import type { RoomJournal } from '../journal/room-journal.js'
import type { ServerEventHandler } from '../room.js'
import type { PresenceTable } from '../rooms/presence-table.js'
import type { ChannelTable } from './channel-table.js'
import { SeenPlaces } from './seen-places.js'

/** The name of an unknown event is the peer's own. Its refusal is kept until the peer has it, so no more of the name is repeated. */
const maxNameInMessage = 64

/** Shared by all clients: many refusals at once cost little. */
const noChannelRequest: Outcome = Object.freeze({
  kind: 'refused',
  code: 'channel_invalid',
  message: 'not a request about channels',
})

const overfull: Outcome = Object.freeze({
  kind: 'refused',
  code: 'too_many_pending',
  message: 'the events that wait take too much memory',
})

const resultDropped: Outcome = Object.freeze({
  kind: 'refused',
  code: 'result_dropped',
  message: 'the handler has run, but too much waits for the rules to keep what it returned',
})

/** Memory of an event that waits, beside its value: its input and its places in queues. Measured: 200 to 250. */
const waitingBytes = 256
/** The same for an event whose handler has returned a promise: closures, and the promises of an async function. Measured: 900 to 1,200. */
const handlerBytes = 1280
/** Events of clients that are gone may take so much until their handlers are done. More are not given to handlers. */
const maxOrphanBytes = 64 * 1024 * 1024

/** In place of an answer that is too large. */
const unsendable: Outcome = Object.freeze({
  kind: 'refused',
  code: 'handler_failed',
  message: 'the answer cannot be sent',
})

/** The parts of an event that a rule needs besides its data. */
type StampedEvent = Pick<IncomingEvent, 'name' | 'sequence' | 'tick' | 'seen'>

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

type QueuedInput = Writable<EventInput> & { sequence: number }

type HandlerCall = [
  handler: ServerEventHandler<unknown>,
  link: ClientLink,
  event: IncomingEvent,
  /** Memory of the event. */
  bytes: number,
  data: unknown,
  checked: Checked | undefined,
]

/** An event as its handler sees it. */
class HandledEvent {
  readonly #link: ClientLink
  readonly #sequence: number

  constructor(link: ClientLink, sequence: number) {
    this.#link = link
    this.#sequence = sequence
  }

  get id(): string {
    return `${this.#link.room.key}/${this.#link.id}/${this.#sequence}`
  }
}

/** The room as its intake of events sees it. */
export interface IntakeRoom {
  readonly clock: Clock
  readonly logger: Logger
  readonly counters: Counters
  readonly game: AnyGame
  readonly machine: Pick<GameStateMachine, 'push' | 'tick' | 'ticksUntil'>
  readonly loop: { answered(link: ClientLink, byRule: boolean): void; writeSoon(link: ClientLink): void }
  /** True: a refusal carries message and stack of the rule or handler that threw. */
  readonly exposeErrors: boolean
  readonly maxAheadMs: number
  readonly maxRewindMs: number
  /** The channels that a client may ask for. */
  readonly channelTables: { readonly room: ChannelTable; readonly server: ChannelTable }
  /** Shuts down the room or the server, as `hostShutsDown` allows; else a refusal with `not_host_client`. */
  readonly lifecycle: { hostShutdown(link: ClientLink): Outcome }
  readonly news: { readonly presence: Pick<PresenceTable, 'take'>; sendSoon(): void }
  readonly out: { send(links: readonly ClientLink[], event: OutgoingEvent): void }
  readonly journal?:
    | Pick<RoomJournal, 'handle' | 'hasBegun' | 'holdsBack' | 'holdBack' | 'leave' | 'queued' | 'settled'>
    | undefined
}

/**
 * Takes the events of clients: to the server's handler, if there is one, and then to the rule. A handler that refuses or
 * fails keeps the event from the rule. The sender gets the result of the handler, or else that of the rule.
 *
 * Handlers begin in the order of the events. A slow one does not hold up the events behind it.
 */
export class EventIntake {
  readonly #room: IntakeRoom
  readonly #handlers = new Map<string, ServerEventHandler<unknown>>()
  /** Memory of events of clients that are gone, whose handlers are not done. */
  #orphanBytes = 0
  readonly #places: SeenPlaces
  readonly #aheadTicks: number
  /** Events whose handlers have begun, and that have no outcome: those of a room without a journal, which has its own. */
  readonly #begun = new Map<ClientLink, Set<number>>()
  /** Handlers that have returned promises, and are not done. */
  #running = 0
  /** Called when none is running. */
  #onIdle: (() => void) | undefined
  /** True from when the room is about to go on elsewhere: no handler begins here any more. */
  #isLeaving = false
  /** True once the room stands still, and is about to go on elsewhere: nothing is taken any more. */
  #hasLeft = false
  /** Clients with an event that is left to the place where the room goes on, as are all behind it. */
  readonly #left = new Set<ClientLink>()
  /** Questions for effects by the sequences of their events, for the next tick. */
  readonly effectsAsked = new Map<ClientLink, number[]>()

  constructor(room: IntakeRoom) {
    const { tickRate } = room.game
    this.#room = room
    this.#places = new SeenPlaces({ tickRate, maxRewindMs: room.maxRewindMs })
    this.#aheadTicks = Math.ceil((room.maxAheadMs * tickRate) / 1000)
  }

  /** @throws ServerError `handler_exists`, `invalid_argument` */
  register(name: string, handler: ServerEventHandler<unknown>): () => void {
    if (typeof handler !== 'function') {
      throw new ServerError('invalid_argument', `the handler of '${name}' is a function, not ${typeof handler}`)
    }
    if (name.length > maxNameLength) {
      const start = name.slice(0, maxNameLength)
      throw new ServerError(
        'invalid_argument',
        `'${start}…' has ${name.length} characters: the name of an event has at most ${maxNameLength}`,
      )
    }
    if (Object.hasOwn(this.#room.game.events, name)) checkClientEvent(this.#room.game, name)
    if (this.#handlers.has(name)) {
      throw new ServerError('handler_exists', `'${name}' has a handler already; one handler answers an event`)
    }
    // of its own, so that the same function may be registered again
    const own: ServerEventHandler<unknown> = (data, client, event) => handler(data, client, event)
    this.#handlers.set(name, own)
    return () => {
      if (this.#handlers.get(name) === own) this.#handlers.delete(name)
    }
  }

  take(link: ClientLink, event: IncomingEvent): void {
    if (this.#hasLeft) return
    if (!link.isJoined) {
      if (!link.hold(event.sequence, waitingBytes)) return this.#refuseOverfull(link, event)
      // a copy: it must not keep the whole packet that it came in
      link.earlyEvents.push({ ...event, payload: new Uint8Array(event.payload) })
      return
    }
    const { name, sequence } = event
    const { journal } = this.#room
    if (this.#isLeaving && this.#leaves(link, name)) return
    if (journal?.holdsBack(link)) {
      const own = { ...event, payload: new Uint8Array(event.payload) }
      return journal.holdBack(link, () => this.take(link, own))
    }
    let counted: ReturnType<typeof decodeCounted>
    try {
      counted = decodeCounted(event.payload, link.receiveLimits)
    } catch (error) {
      this.#room.logger.warn({ err: error, clientId: link.id, event: name }, 'the payload of an event cannot be read')
      return link.end('malformed', `the payload of '${name}' cannot be read`)
    }
    const data = counted.value
    const { game, counters } = this.#room
    if (name === shutdownEvent || name === channelsEvent) return this.#takeReserved(link, name, sequence, data)
    if (name === effectsEvent) return this.#takeQuestion(link, sequence)
    if (name === presenceEvent && game.presence !== undefined) return this.#takePresence(link, sequence, data)
    const handler = this.#handlers.get(name)
    const hasRule = isClientEvent(game, name)
    if (!hasRule && handler === undefined) {
      counters.add('eventsUnknown')
      const text = name === presenceEvent ? 'the game declares no presence' : unknownEvent(game, name)
      return this.#reply(link, name, sequence, { kind: 'refused', code: 'event_unknown', message: text }, false)
    }
    const valueBytes = counted.elements * elementBytes
    if (handler === undefined) {
      if (!link.hold(sequence, valueBytes + waitingBytes)) return this.#refuseOverfull(link, event)
      return this.#push(link, event, data)
    }
    // the value is kept as it came, for the rule, and as the schema has returned it
    const bytes = (hasRule ? 2 : 1) * valueBytes + handlerBytes
    if (this.#orphanBytes > maxOrphanBytes || !link.hold(sequence, bytes)) return this.#refuseOverfull(link, event)
    // an event without a rule, and so without a schema, is the handler's alone
    if (!hasRule) return this.#beginHandler(handler, link, event, bytes, data, undefined)
    const checked = validateEvent(game, name, data)
    if (!('code' in checked)) return this.#beginHandler(handler, link, event, bytes, data, checked)
    if (checked.error !== undefined) {
      this.#room.logger.error({ err: checked.error, event: name }, 'a schema failed')
    }
    this.#reply(link, name, sequence, { kind: 'refused', code: checked.code, message: checked.message }, false)
  }

  /** The session of a client has ended. Its handlers go on, and keep their events. */
  ended(link: ClientLink): void {
    this.#orphanBytes += link.runningBytes
    this.effectsAsked.delete(link)
    this.#places.forget(link.id)
    this.#begun.delete(link)
    this.#left.delete(link)
  }

  /**
   * The room is about to go on elsewhere: events with a handler, and those of their clients behind them, do not begin here any more.
   * They count as not received. Resolves when no handler is at work.
   */
  leave(): Promise<void> {
    this.#isLeaving = true
    this.#room.journal?.leave()
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle = resolve
    })
  }

  /** The room stands still, and goes on elsewhere: events that come now count as not received. */
  stop(): void {
    this.#hasLeft = true
  }

  /** True for an event whose handler has begun, and which has no outcome: it must not begin again. */
  hasBegun(link: ClientLink, sequence: number): boolean {
    const { journal } = this.#room
    return journal === undefined ? this.#begun.get(link)?.has(sequence) === true : journal.hasBegun(link, sequence)
  }

  /** True for an event that is left to the place where the room goes on. */
  #leaves(link: ClientLink, name: string): boolean {
    if (this.#handlers.has(name)) this.#left.add(link)
    return this.#left.has(link)
  }

  /** A tick has run, and its events are queued. */
  answerEffects(): void {
    for (const [link, sequences] of this.effectsAsked) {
      let outcome: Outcome = { kind: 'done' }
      const onDrop = (): void => {
        outcome = overfull
      }
      const answer = { name: effectsEvent, data: undefined, retries: Number.POSITIVE_INFINITY, minVersion: 0, onDrop }
      this.#room.out.send([link], answer)
      for (const sequence of sequences) this.#reply(link, effectsEvent, sequence, outcome, false)
    }
    this.effectsAsked.clear()
  }

  /** The rule of an event of a client has run. @param failure set if it has thrown */
  ran(link: ClientLink, { name, sequence }: EventInput, outcome: RuleOutcome, failure: RuleFailure | undefined): void {
    // reason: only events of clients come here
    const number = sequence as number
    const answer = link.handlerAnswers.get(number)
    if (answer !== undefined) link.handlerAnswers.delete(number)
    this.#reply(link, name, number, this.ruleOutcome(link.sendLimits, name, answer, outcome, failure), true)
  }

  /** The outcome of a client's event whose rule has run. @param answer of the handler before; undefined for none */
  ruleOutcome(
    limits: EventLimits,
    name: string,
    answer: Outcome | undefined,
    outcome: RuleOutcome,
    failure: RuleFailure | undefined,
  ): Outcome {
    if (outcome.kind === 'done') return answer ?? this.#done(limits, name, outcome.value)
    const { code, message } = outcome
    const isExposed = code === 'handler_failed' && failure !== undefined
    return { kind: 'refused', code, message: isExposed ? this.exposed(failure.error, message) : message }
  }

  /** Calls the handler of an event: at once, or when the journal says so. */
  #beginHandler(...call: HandlerCall): void {
    const [, link, { sequence }] = call
    const { journal } = this.#room
    if (journal === undefined) {
      const begun = this.#begun.get(link)
      if (begun === undefined) this.#begun.set(link, new Set([sequence]))
      else begun.add(sequence)
      return this.#callHandler(...call)
    }
    journal.handle(link, sequence, () => this.#callHandler(...call))
  }

  #callHandler(...[handler, link, { name, sequence, tick, seen }, bytes, data, checked]: HandlerCall): void {
    const fail = (error: unknown): void => this.#reply(link, name, sequence, this.#refusal(error, name), false)
    const done = (value: unknown): void => {
      if (checked === undefined)
        return this.#reply(link, name, sequence, this.#done(link.sendLimits, name, value), false)
      if (link.hasEnded) return
      if (value !== undefined)
        link.handlerAnswers.set(sequence, this.#kept(link, sequence, this.#done(link.sendLimits, name, value)))
      this.#push(link, { name, sequence, tick, seen }, data, checked)
    }
    let value: unknown
    try {
      value = handler(checked === undefined ? data : checked.value, link, new HandledEvent(link, sequence))
    } catch (error) {
      return fail(error)
    }
    if (!isThenable(value)) return done(value)
    link.runningBytes += bytes
    this.#running++
    // nothing else counts the time of an answer that comes later
    const settle = (answer: () => void): void => {
      const startMs = this.#room.clock.now()
      link.runningBytes -= bytes
      if (link.hasEnded) this.#orphanBytes -= bytes
      guard(this.#room.logger, 'an event failed', answer)
      link.charge(this.#room.clock.now() - startMs)
      this.#running--
      if (this.#running === 0) this.#onIdle?.()
    }
    Promise.resolve(value).then(
      (result) => settle(() => done(result)),
      (error) => settle(() => fail(error)),
    )
  }

  /** The outcome of a handler waits for the rule, encoded, if there is room for it. */
  #kept(link: ClientLink, sequence: number, outcome: Outcome): Outcome {
    const bytes = outcome.kind === 'done' ? (outcome.payload?.length ?? 0) : outcome.message.length
    return link.hold(sequence, bytes + waitingBytes) ? outcome : resultDropped
  }

  /** Too much waits already. */
  #refuseOverfull(link: ClientLink, { name, sequence }: IncomingEvent): void {
    const details = { clientId: link.id, code: 'too_many_pending' }
    this.#room.logger.warn(details, 'an event was refused: those of its client that wait take too much memory')
    this.#reply(link, name, sequence, overfull, false)
  }

  #push(link: ClientLink, event: StampedEvent, data: unknown, checked?: Checked): void {
    const { name, sequence, tick } = event
    const client = link.ruleClient
    const input: QueuedInput = { kind: 'event', name, data, client, sequence }
    if (checked !== undefined) input.checked = checked
    if (tick !== undefined) {
      input.tick = tick
      link.arrived(sequence, this.#room.machine.ticksUntil(tick))
      const seen = this.#seenBy(link, event, tick)
      if (seen !== undefined) input.seen = seen
    }
    if (checked === undefined) this.#room.journal?.queued(link, input)
    this.#queue(link, input)
  }

  /** An event of a client has waited for its tick in another process, and waits on in this one. */
  goOn(link: ClientLink, { name, data, sequence, tick, seen }: EventInput): void {
    // reason: only events of clients come here
    const input: QueuedInput = { kind: 'event', name, data, client: link.ruleClient, sequence: sequence! }
    if (tick !== undefined) input.tick = tick
    if (seen !== undefined) input.seen = seen
    this.#room.journal?.queued(link, input)
    this.#queue(link, input)
  }

  #queue(link: ClientLink, input: QueuedInput): void {
    const { name, sequence } = input
    const refused = this.#room.machine.push(input)
    if (refused?.kind !== 'refused') return
    link.handlerAnswers.delete(sequence)
    this.#reply(link, name, sequence, refused, false)
  }

  /** @returns the place that the rule of the event looks at; undefined for an event without `rewind` */
  #seenBy(link: ClientLink, { name, seen }: StampedEvent, stamp: number): number | undefined {
    const { game, machine, counters } = this.#room
    if (seen === undefined || !game.events[name].rewind) return undefined
    const newest = machine.tick
    const tick = Math.min(Math.max(stamp, newest + 1), newest + this.#aheadTicks)
    const place = this.#places.take(link.id, seen, tick, newest, stamp)
    if (place !== seen) counters.add('rewindsCut')
    return place
  }

  #takeReserved(link: ClientLink, name: string, sequence: number, data: unknown): void {
    let outcome: Outcome
    try {
      outcome = name === shutdownEvent ? this.#room.lifecycle.hostShutdown(link) : this.#channelRequest(link, data)
    } catch (error) {
      outcome = this.#refusal(error, name)
    }
    this.#reply(link, name, sequence, outcome, false)
  }

  /** An event before it may wait for the next tick still, although its client has given it up. */
  #takeQuestion(link: ClientLink, sequence: number): void {
    const asked = this.effectsAsked.get(link)
    if (asked === undefined) this.effectsAsked.set(link, [sequence])
    else asked.push(sequence)
  }

  #takePresence(link: ClientLink, sequence: number, data: unknown): void {
    const { logger, news } = this.#room
    // the ack goes with the next packet, so that a cursor that moves costs no packets of its own
    guard(logger, 'a presence could not be taken', () => link.reply(sequence, news.presence.take(link, data)))
    news.sendSoon()
  }

  /** A mistake in a request about channels is refused with a code, and costs the client nothing else. */
  #channelRequest(link: ClientLink, data: unknown): Outcome {
    if (!Array.isArray(data)) return noChannelRequest
    const [action, scope, name, kind, content] = data as unknown[]
    if (scope !== 'room' && scope !== 'server') return noChannelRequest
    const table = this.#room.channelTables[scope]
    if (action === 'list') return table.listFor(link, name)
    if (action === 'create') return table.createFor(link, name)
    if (action === 'subscribe') return table.subscribeClient(link, name)
    if (action === 'unsubscribe') return table.unsubscribeClient(link, name)
    if (action === 'publish') return table.publishFrom(link, name, kind, content)
    return noChannelRequest
  }

  /** The outcome of a handler or rule that has run. A value that cannot be sent is logged and refused. */
  #done(limits: EventLimits, name: string, value: unknown): Outcome {
    if (value === undefined) return { kind: 'done' }
    try {
      return { kind: 'done', payload: encodeValue(value, limits) }
    } catch (error) {
      this.#room.logger.error({ err: error, event: name }, 'the result of a handler cannot be sent')
      return this.#failed(error)
    }
  }

  /** The outcome of a handler that threw. */
  #refusal(error: unknown, name: string): Outcome {
    if (error instanceof RefusalError) return { kind: 'refused', code: error.code, message: error.message }
    this.#room.logger.error(
      { err: error, event: name },
      error === undefined ? 'a handler threw nothing' : 'a handler failed',
    )
    return this.#failed(error)
  }

  #failed(error: unknown): Outcome {
    return { kind: 'refused', code: 'handler_failed', message: this.exposed(error, 'the handler failed') }
  }

  /** Adds the error to a message for a client. In production nothing of the server's code reaches a client. */
  exposed(error: unknown, message: string, withStack = true): string {
    if (!this.#room.exposeErrors) return message
    const text = error instanceof Error ? (withStack && error.stack) || error.message : String(error)
    return `${message}: ${text}`.slice(0, maxExposedLength)
  }

  #reply(link: ClientLink, name: string, sequence: number, outcome: Outcome, byRule: boolean): void {
    const { logger, loop, journal } = this.#room
    guard(logger, 'an event could not be answered', () => {
      let sent = outcome
      try {
        link.reply(sequence, sent)
      } catch (error) {
        logger.error({ err: error, event: name, clientId: link.id }, 'the answer to an event cannot be sent')
        sent = unsendable
        link.reply(sequence, sent)
      }
      if (journal === undefined) this.#begun.get(link)?.delete(sequence)
      else if (!byRule) journal.settled(link, sequence, sent)
    })
    loop.answered(link, byRule)
  }
}

/** Of the events of a game, as many as a person reads. */
const maxNamesInMessage = 10

/** A message and its stack: enough to find the line. */
const maxExposedLength = 2000

/** The sentence for an event that no client may send, with some of those that clients may. */
function unknownEvent(game: AnyGame, name: string): string {
  const names = Object.keys(game.events).filter((each) => isClientEvent(game, each))
  const some = names.slice(0, maxNamesInMessage)
  const others = names.length === 0 ? '' : `; there are ${some.join(', ')}${names.length > some.length ? ' …' : ''}`
  return `there is no event '${name.slice(0, maxNameInMessage)}' that a client may send${others}`
}

function isClientEvent(game: AnyGame, name: string): boolean {
  return Object.hasOwn(game.events, name) && game.events[name].from !== 'server'
}

/** @throws ServerError `invalid_argument` for an event that clients cannot send */
export function checkClientEvent(game: AnyGame, name: string): void {
  if (isClientEvent(game, name)) return
  const isOurs = Object.hasOwn(game.events, name)
  const why = isOurs ? 'clients cannot send it' : 'the game has no such event'
  throw new ServerError('invalid_argument', `'${name}' cannot have a handler: ${why}`)
}
