import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { badLink, Fate, Play, perfectLink } from '../support/play.js'

const retryModes = [0, 1, 3, Number.POSITIVE_INFINITY]

interface Sent {
  sequence: number
  retries: number
  fate: Fate
}

/** Random sends both ways, with cuts, on lines that are reliable or not; then peace, until nothing is left to say. */
function playRandomly(seed: number, cuts: number): { play: Play; sent: { client: Sent[]; server: Sent[] } } {
  const play = new Play(seed, { graceMs: 1e9, ackTimeoutMs: 500 })
  const { random, clock } = play
  const lines = [perfectLink, badLink]
  const line = () => lines[Math.floor(random() * 2)]!
  for (const ear of [play.clientEar, play.serverEar]) {
    const { session } = ear
    ear.answer = ({ sequence }) => {
      const dice = random()
      if (dice < 0.2) return { kind: 'refused', code: `no-${sequence}`, message: '' }
      if (dice < 0.5) return { kind: 'done', payload: new Uint8Array([sequence % 256]) }
      if (dice < 0.7) return { kind: 'done' }
      clock.schedule(random() * 300, () => session!.reply(sequence, { kind: 'done' }))
      return undefined
    }
  }
  const sent: { client: Sent[]; server: Sent[] } = { client: [], server: [] }
  play.meet(perfectLink)
  for (let round = 0; round <= cuts; round++) {
    play.connect(line())
    for (let i = 0; i < 40; i++) {
      for (const side of ['client', 'server'] as const) {
        if (random() < 0.5) continue
        const retries = retryModes[Math.floor(random() * retryModes.length)]!
        const fate = new Fate()
        const name = random() < 0.5 ? 'move' : 'unnamed'
        const sequence = play[side].send(name, new Uint8Array(3), fate.options(retries), clock.now())
        sent[side].push({ sequence, retries, fate })
      }
      clock.advance(random() * 60)
    }
    if (random() < 0.5) play.cut()
    clock.advance(random() * 300)
  }
  // whether the last line is good or bad, in the end all comes through
  if (!play.link || play.client.status !== 'connected' || play.server.status !== 'connected') play.connect(line())
  for (let i = 0; i < 20; i++) {
    clock.advance(2000)
    if (play.client.status !== 'connected' || play.server.status !== 'connected') play.connect(line())
  }
  return { play, sent }
}

describe('two sessions over lines that lose, double, reorder and break', () => {
  it('handle every event at most once, in order, and call each sender back exactly once [P22] [P23] [P40]', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 3 }), (seed, cuts) => {
        const { play, sent } = playRandomly(seed, cuts)
        expect(play.client.closeInfo).toBeUndefined()
        expect(play.server.closeInfo).toBeUndefined()
        for (const [mine, ear] of [
          [sent.client, play.serverEar],
          [sent.server, play.clientEar],
        ] as const) {
          const handled = ear.events.map(({ sequence }) => sequence)
          expect(handled).toStrictEqual([...new Set(handled)].sort((a, b) => a - b))
          const handledSet = new Set(handled)
          for (const { sequence, retries, fate } of mine) {
            expect(fate.calls, `event ${sequence}, retries ${retries}`).toBe(1)
            if (retries === Number.POSITIVE_INFINITY) {
              expect(handledSet.has(sequence), `event ${sequence} is handled`).toBe(true)
              expect(fate.fails.filter((code) => code !== 'event_refused')).toStrictEqual([])
            }
            if (fate.acks.length > 0) expect(handledSet.has(sequence)).toBe(true)
            if (fate.fails[0] === 'event_lost') expect(handledSet.has(sequence), `lost ${sequence}`).toBe(false)
            if (fate.refusals.length > 0) expect(fate.refusals).toStrictEqual([`no-${sequence}`])
            if (fate.acks[0]) expect(fate.acks[0]).toStrictEqual(new Uint8Array([sequence % 256]))
          }
        }
      }),
      // of the examples: after a resume the acks of an event that needs no resend were all lost, and it never ended
      { numRuns: 60, examples: [[-1792543955, 3]] },
    )
  })
})
