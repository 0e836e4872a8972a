import { defineGame, event } from '@tygase/gamestate'
import { datagrams, type LinkConditions, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { often } from '../support/effort.js'

/** A round trip of 100 ms. */
const link: LinkConditions = { latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }

const lossy = { ...datagrams(link), loss: 0.05, duplicate: 0.05, reorder: 0.05 }

const tickRate = 20

const telegraph = defineGame({
  initialState: () => ({ last: 0, outOfTurn: 0 }),
  tickRate,
  serverEvents: { tell: event<number>() },
  events: (on) => ({
    say: on(z.int(), (state, number) => {
      if (number !== state.last + 1) state.outOfTurn++
      state.last = number
      return number
    }),
  }),
})

describe.each([
  ['WebSocket', link],
  ['datagrams that get lost, doubled and overtaken', lossy],
])('with a round trip of 100 ms over %s', (_what, conditions) => {
  it('1,000 events a second flow both ways, in order and each once', async () => {
    const heard: number[] = []
    const room = await simulate({
      game: telegraph,
      seed: 1,
      link: conditions,
      onConnect: ({ connection }) => connection.registerEventHandler('tell', (number) => void heard.push(number)),
    })
    const { connection } = room.clients[0]!
    const retries = Number.POSITIVE_INFINITY
    const results: unknown[] = []
    const acked: string[] = []
    const count = often(2000, 5000)
    for (let number = 1; number <= count; number++) {
      connection.dispatchEvent('say', number, { retries, onAck: (result) => void results.push(result) })
      room.server.dispatchEvent('tell', number, { retries, onAck: ({ id }) => void acked.push(id) })
      if (number % 10 === 0) await room.step(10)
    }
    // what is still under way needs a round trip, and a little more where some get lost
    await room.step(conditions === link ? 250 : 5000)
    const all = Array.from({ length: count }, (_, i) => i + 1)
    expect(room.server.store.state).toEqual({ last: count, outOfTurn: 0 })
    expect(heard).toEqual(all)
    expect(new Set(results).size).toBe(count)
    expect(acked).toHaveLength(count)
    await room.end()
  })
})

describe('a request', () => {
  it('costs the round trip and at most one tick, alone and among 1,000 events a second', async () => {
    const room = await simulate({ game: telegraph, seed: 2, link })
    const { connection } = room.clients[0]!
    const tookMs: number[] = []
    for (let i = 0; i < 40; i++) {
      if (i >= 20) for (let j = 0; j < 100; j++) connection.dispatchEvent('say', j)
      await room.step(100 * room.random())
      const beganMs = room.nowMs
      await room.complete(connection.request('say', i))
      tookMs.push(room.nowMs - beganMs)
    }
    expect(Math.max(...tookMs)).toBeLessThanOrEqual(100 + 1000 / tickRate + 1)
    await room.end()
  })
})
