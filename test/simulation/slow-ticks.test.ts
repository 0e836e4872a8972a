import { defineGame } from '@tygase/gamestate'
import { datagrams, type Link, links, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const turns = (tickRate: number) =>
  defineGame({
    initialState: () => ({ sum: 0 }),
    tickRate,
    events: (on) => ({
      add: on(z.int(), (state, number) => {
        state.sum += number
        return state.sum
      }),
    }),
  })

const networks: readonly (readonly [string, Link])[] = [
  ['WebSocket', links.wifi],
  ['datagrams', datagrams(links.lan)],
]

describe.each(networks)('over %s', (_, link) => {
  it.each([
    ['1 Hz', 1, 1, {}],
    ['20 Hz whose state goes out each 2 seconds', 20, 40, {}],
    ['20 Hz, if events are sent each 2 seconds', 20, 1, { flushIntervalMs: 2000 }],
    ['1 Hz, if ackTimeoutMs is shorter than a tick', 1, 1, { limits: { ackTimeoutMs: 100 } }],
  ])('events without retries have their answers in a game of %s', async (_, tickRate, sendEveryTicks, client) => {
    const game = turns(tickRate)
    const room = await simulate({ game, seed: 1, link, client, server: { sendEveryTicks } })
    const { connection } = room.clients[0]!
    const outcomes: unknown[] = []
    for (let number = 1; number <= 20; number++) {
      connection.dispatchEvent('add', 1, {
        onAck: (sum) => outcomes.push(sum),
        onFail: ({ code }) => outcomes.push(code),
      })
      await room.step(330)
    }
    await room.settle()
    expect(outcomes).toEqual(Array.from({ length: 20 }, (_, place) => place + 1))
    await room.end()
  })
})
