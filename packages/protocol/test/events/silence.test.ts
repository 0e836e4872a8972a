import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fate, Play, perfectLink } from '../support/play.js'

const datagrams = { ...perfectLink, reliable: false }
const dead = { ...datagrams, loss: 1 }
/** Both ends are flushed every 10 ms, and the server's game sends a version each 30 ms. */
const flushMs = 10
const tickMs = 30
const rttMs = 2 * datagrams.latencyMs

class Stage {
  readonly play = new Play(3)
  #version = 0

  constructor() {
    const { play } = this
    play.meet(datagrams)
    const tick = (): void => {
      // a version goes out with each tick, whatever else there is to send
      play.client.stateHeld(++this.#version)
      play.clock.schedule(tickMs, tick)
    }
    tick()
    // the server has news all the time
    const talk = (): void => {
      play.server.send('shout', new Uint8Array(1), { retries: Number.POSITIVE_INFINITY }, play.clock.now())
      play.clock.schedule(tickMs, talk)
    }
    talk()
    play.clock.advance(5000)
  }

  /** Nothing comes through for so long. What is under way arrives. */
  stall(ms: number, act: (nowMs: number) => void): void {
    const { play } = this
    play.link!.conditions = dead
    for (let left = ms; left > 0; left -= flushMs) {
      act(play.clock.now())
      play.clock.advance(flushMs)
    }
    play.link!.conditions = datagrams
  }
}

describe('after a silence of a network that loses packets', () => {
  it('all that has no ack is sent again within a round trip, a tick and a flush of each end, by both ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ atMs: fc.nat(98), side: fc.constantFrom('client' as const, 'server' as const) }), {
          minLength: 1,
          maxLength: 8,
        }),
        (sends) => {
          const stage = new Stage()
          const { play } = stage
          const startMs = play.clock.now()
          const sent: { side: 'client' | 'server'; sequence: number }[] = []
          stage.stall(1000, (nowMs) => {
            for (const { atMs, side } of sends) {
              if (startMs + atMs * flushMs !== nowMs) continue
              const name = side === 'client' ? 'move' : 'call'
              const options = new Fate().options(Number.POSITIVE_INFINITY)
              sent.push({ side, sequence: play[side].send(name, new Uint8Array(2), options, nowMs) })
            }
          })
          // a way for the first packet, a round trip for what was sent at the end of the silence, a way for the copy
          play.clock.advance(rttMs / 2 + rttMs + tickMs + 2 * flushMs + rttMs / 2)
          for (const { side, sequence } of sent) {
            const heard = (side === 'client' ? play.serverEar : play.clientEar).events.map((event) => event.sequence)
            expect(heard, `${side} ${sequence}`).toContain(sequence)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('an event gets a later tick with its copy, and the copy is repeated in the packets after it', () => {
    const stage = new Stage()
    const { play } = stage
    const { client, clock, serverEar } = play
    let asked = 0
    stage.stall(600, (nowMs) => {
      if (client.isPending(1)) return
      client.send(
        'move',
        new Uint8Array(2),
        {
          ...{ retries: Number.POSITIVE_INFINITY, tick: 7, repeatUntilMs: nowMs + 20 },
          again: (sequence) => {
            asked++
            expect(sequence).toBe(1)
            // while nothing comes nothing is known
            return clock.now() < nowMs + 600 ? undefined : { tick: 90, repeatUntilMs: clock.now() + 70 }
          },
        },
        nowMs,
      )
    })
    play.link!.conditions = { ...datagrams, loss: 0.6 }
    clock.advance(700)
    expect(serverEar.events.filter(({ name }) => name === 'move').map(({ tick }) => tick)).toEqual([90])
    expect(asked).toBeGreaterThan(0)
  })

  it('acks take as long as before: the silence is no sample of them', () => {
    const stage = new Stage()
    const { play } = stage
    const resent = (): number => play.client.counters.get('eventsResent')
    stage.stall(600, (nowMs) => {
      if (!play.client.isPending(1)) play.client.send('move', new Uint8Array(2), { retries: 9 }, nowMs)
    })
    play.clock.advance(1000)
    const before = resent()
    // the next one that gets lost is sent again as soon as ever
    play.link!.conditions = dead
    play.client.send('move', new Uint8Array(2), { retries: 9 }, play.clock.now())
    play.clock.advance(flushMs * 2)
    play.link!.conditions = datagrams
    play.clock.advance(rttMs * 3)
    expect(resent()).toBeGreaterThan(before)
  })
})
