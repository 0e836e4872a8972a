import type { AnyGame, Clock, GameStateMachine, Logger, TickInput } from '@tygase/gamestate'
import { guard, type MadeTick } from '@tygase/gamestate/internal'
import type { Counters, Outcome } from '@tygase/protocol/internal'
import type { RoomClients } from '../clients/client-table.js'
import type { ClientLifecycle } from '../clients/lifecycle.js'
import type { EventIntake } from '../events/event-intake.js'
import type { EventSender } from '../events/event-sender.js'
import type { RoomJournal } from '../journal/room-journal.js'
import type { TickLoop } from '../sending/tick-loop.js'
import type { HookCalls, Lifetime } from './lifetime.js'
import type { RoomNews } from './news.js'

/** The last tick takes inputs for so long, if the drain time of the server is not shorter: all that waits for usual. */
const lastInputsMs = 250

/** Answers of a tick that take less time are not charged: to find out whose they are would cost more. */
const leastChargedMs = 0.5

/** The room as the results of its ticks see it. */
export interface ResultsRoom {
  readonly clock: Clock
  readonly logger: Logger
  readonly counters: Counters
  readonly machine: GameStateMachine
  readonly door: { readonly drainMs: number }
  readonly links: RoomClients
  readonly lifecycle: ClientLifecycle
  readonly lifetime: Lifetime
  readonly events: EventIntake
  readonly out: EventSender
  readonly hooks: HookCalls
  readonly news: RoomNews
  readonly loop: TickLoop
  readonly journal: RoomJournal | undefined
  game: AnyGame
  /** The tick was made by other rules: all that is sent and taken from here on is theirs. */
  takeGame(game: AnyGame): void
  /** The server clock's time in ms at which the last tick was due. */
  tickAtMs: number
}

/** What comes of a tick besides the version: answers, joins, events to clients, calls of hooks. */
export class TickResults {
  readonly #room: ResultsRoom

  constructor(room: ResultsRoom) {
    this.#room = room
  }

  /** A tick has been made. */
  take(made: MadeTick<object>): void {
    const { machine, counters, clock, links, out, events, hooks, lifetime, loop, journal } = this.#room
    const { tick, inputs, inputTimes, dispatches, lateEvents } = made
    journal?.tick(made)
    if (machine.game !== this.#room.game) this.#room.takeGame(machine.game)
    if (lateEvents > 0) counters.add('lateEvents', lateEvents)
    this.#room.tickAtMs = machine.tickAtMs ?? clock.now()
    for (const [clientId, ms] of inputTimes) links.all.get(clientId)?.charge(ms)
    const startMs = clock.now()
    const pushesRan = this.#answer(made)
    this.#chargeAnswers(inputs, clock.now() - startMs)
    if (journal === undefined) for (const dispatch of dispatches) out.dispatchForRule(dispatch)
    else if (dispatches.length > 0) journal.dispatch(dispatches, (dispatch) => out.dispatchForRule(dispatch))
    if (pushesRan > 0) out.notePushesRan(pushesRan)
    if (events.effectsAsked.size > 0) events.answerEffects()
    if (hooks.hasTick && lifetime.isHooked) hooks.tick(tick)
    // clients of a paused game do not take game time from the numbers of versions: it may be stepped by hand
    if (!machine.running) this.#room.news.sendSoon()
    journal?.tickEnd()
    loop.onTick(tick)
    if (links.all.size === 0) lifetime.restIfVacant()
  }

  /** Runs the inputs that are queued, for a while. */
  runLast(): void {
    const { machine, door, clock, logger } = this.#room
    if (!machine.running || machine.queuedInputs === 0) return
    const inputMs = Math.min(door.drainMs, lastInputsMs)
    const timeMs = clock.now()
    guard(logger, 'the last tick of a room failed', () => machine.step({ timeMs, inputMs, isLast: true }))
  }

  /** There will be no tick for the events that still wait. */
  refuseLeft(): void {
    const { machine, logger, links, events } = this.#room
    const left = machine.takeEvents()
    if (left.length === 0) return
    logger.warn({ events: left.length }, 'events were refused: there was no time for them before the end')
    for (const input of left) {
      const link = input.sequence === undefined ? undefined : links.all.get(input.client?.id ?? '')
      if (link !== undefined) events.ran(link, input, noTimeLeft, undefined)
    }
  }

  logPushed(event: string, code: string, reason: string): void {
    this.#room.logger.warn({ event, code, reason }, 'an event that the server has pushed was refused')
  }

  /** @returns how many events of the server's own have run */
  #answer({ inputs, outcomes, failures }: MadeTick<object>): number {
    const { links, lifecycle, events } = this.#room
    let pushesRan = 0
    // found by their inputs: a tick full of failures must not look through all of them for each
    const failed = failures.length > 0 ? new Map(failures.map((failure) => [failure.input, failure])) : undefined
    for (const [place, input] of inputs.entries()) {
      const outcome = outcomes[place]!
      const link = input.client && links.all.get(input.client.id)
      if (input.kind === 'join') lifecycle.joined({ input, outcome, failure: failed?.get(input) }, link)
      else if (input.kind === 'leave') lifecycle.present.delete(input.client.id)
      else if (input.sequence !== undefined) {
        if (link !== undefined) events.ran(link, input, outcome, failed?.get(input))
      } else {
        pushesRan++
        if (outcome.kind === 'refused') this.logPushed(input.name, outcome.code, outcome.message)
      }
    }
    return pushesRan
  }

  /** The answers of a tick's events have taken this long: the clients that have sent many pay for it by their part of the events. */
  #chargeAnswers(inputs: readonly TickInput[], ms: number): void {
    if (ms < leastChargedMs) return
    const events = new Map<string, number>()
    for (const { client } of inputs) if (client !== undefined) events.set(client.id, (events.get(client.id) ?? 0) + 1)
    const { all } = this.#room.links
    for (const [clientId, count] of events) all.get(clientId)?.chargeAnswers((ms * count) / inputs.length)
  }
}

const noTimeLeft: Outcome & { kind: 'refused' } = Object.freeze({
  kind: 'refused',
  code: 'room_closed',
  message: 'the room has ended',
})
