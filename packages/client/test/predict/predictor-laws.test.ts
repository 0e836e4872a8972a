import { encodeDelta, equalStates, type Immutable } from '@tygase/gamestate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PendingEvent } from '../../src/predict/predictor.js'
import { exactEvents, type Field, otherEvents } from './support/field.js'
import { fold, ModelServer, pendingEvent, predictorOf } from './support/model.js'

/** One thing that happens to a client. */
type Step =
  | { readonly do: 'dispatch'; readonly event: number; readonly ahead: number }
  | { readonly do: 'tick'; readonly others: readonly number[] }
  | { readonly do: 'arrive' }
  | { readonly do: 'lose' }
  | { readonly do: 'look'; readonly ahead: number }

const events = [...exactEvents, ...otherEvents]

const stepOf = (eventCount: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('dispatch' as const), event: fc.nat(eventCount - 1), ahead: fc.nat(9) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('tick' as const), others: fc.array(fc.nat(9), { maxLength: 1 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), ahead: fc.nat(12) }) },
  )

/** A client, its server, and all that is under way between them. Own events arrive at once; states when a step says so. */
class Play {
  readonly server = new ModelServer()
  readonly client = predictorOf(this.server.version, this.server.state)
  pending: PendingEvent<Field>[] = []
  version = this.server.version
  state: Immutable<Field> = this.server.state
  #sequence = 0
  readonly #isLost = new Set<number>()

  /** @param mayLose false: no event is lost, and none comes late */
  step(step: Step, mayLose = true): void {
    const { predictor } = this.client
    if (step.do === 'dispatch') {
      const [name, data] = events[step.event]!
      // never before the tick that is looked at
      const tick = Math.max(this.server.tick + 1, this.version + step.ahead)
      const event = pendingEvent(++this.#sequence, tick, name, data)
      this.pending.push(event)
      this.server.held.push(event)
      predictor.add(event)
    } else if (step.do === 'tick') this.server.step(step.others.map((which) => exactEvents[which % 3]!))
    else if (step.do === 'arrive') this.#arrive()
    else if (step.do === 'lose' && mayLose) {
      const lost = this.server.held.pop()
      if (lost === undefined) return
      this.#isLost.add(lost.sequence)
      this.pending = this.pending.filter(({ sequence }) => sequence !== lost.sequence)
      predictor.settle(lost.sequence)
    } else if (step.do === 'look') predictor.at(this.version + step.ahead)
  }

  #arrive(): void {
    const { acked, state, version } = this.server
    this.pending = this.pending.filter(({ sequence }) => !acked.has(sequence))
    this.state = state
    this.version = version
    this.client.predictor.confirm(version, state, (sequence) => !acked.has(sequence) && !this.#isLost.has(sequence))
  }
}

const runs = { numRuns: 150 }

test('P2, P3: what is read is the pending events and timeStep folded over the newest version, whatever happened before', () => {
  fc.assert(
    fc.property(fc.array(stepOf(events.length), { maxLength: 40 }), (steps) => {
      const play = new Play()
      for (const step of steps) {
        play.step(step)
        if (step.do !== 'look') continue
        for (let ahead = 0; ahead <= step.ahead; ahead++) {
          const shown = play.client.predictor.at(play.version + ahead)
          const wanted = fold(play.version, play.state, play.pending, play.version + ahead)
          expect(equalStates(shown, wanted)).toBe(true)
        }
      }
      // a fresh predictor that never saw the history
      const { predictor } = predictorOf(play.version, play.state)
      for (const event of play.pending) predictor.add(event)
      for (let ahead = 12; ahead >= 0; ahead--) {
        expect(equalStates(play.client.predictor.at(play.version + ahead), predictor.at(play.version + ahead))).toBe(
          true,
        )
      }
    }),
    runs,
  )
})

test('P1: with one client and no secret, each version is to the bit what was predicted for its tick', () => {
  fc.assert(
    fc.property(fc.array(stepOf(exactEvents.length), { maxLength: 60 }), (steps) => {
      const play = new Play()
      for (const step of steps) {
        if (step.do !== 'tick') {
          play.step(step, false)
          continue
        }
        const { tick } = play.server
        // the bound must not be reached
        if (tick - play.version > 15) play.step({ do: 'arrive' })
        const predicted = play.client.predictor.at(tick + 1)
        play.step({ do: 'tick', others: [] })
        expect(equalStates(predicted, play.server.state)).toBe(true)
      }
    }),
    runs,
  )
})

test('P6: a look computes no more ticks than the bound allows, whatever came before it', () => {
  const bound = 20
  fc.assert(
    fc.property(
      fc.array(stepOf(events.length), { maxLength: 40 }),
      fc.array(fc.nat(5000), { maxLength: 20 }),
      (steps, looks) => {
        const play = new Play()
        for (const [index, step] of steps.entries()) {
          play.step(step)
          const { predictor } = play.client
          const { ticks } = predictor
          predictor.at(play.version + (looks[index] ?? 0))
          expect(predictor.ticks - ticks).toBeLessThanOrEqual(2 * bound)
          expect(predictor.reach(1e9)).toBeGreaterThanOrEqual(play.version)
        }
      },
    ),
    runs,
  )
})

test('P7: a rule that changes or keeps its data, throws, or asks for a secret leaves no trace in confirmed versions and goes on', () => {
  fc.assert(
    fc.property(fc.array(stepOf(events.length), { maxLength: 40 }), (steps) => {
      const play = new Play()
      for (const step of steps) {
        const { state } = play
        const before = encodeDelta(undefined, state)
        play.step(step)
        play.client.predictor.at(play.version + 8)
        expect(encodeDelta(undefined, state)).toEqual(before)
      }
      const { refused } = play.client
      for (const rule of refused)
        expect(['fail', 'gamble', 'steer', 'take', 'throwDice', 'dash', 'drop']).toContain(rule)
    }),
    runs,
  )
})
