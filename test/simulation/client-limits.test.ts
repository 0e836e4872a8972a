import type { ClientError } from '@tygase/client'
import { createRandom, defineGame, type TygaseError } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const infinity = Number.POSITIVE_INFINITY

const choices = {
  limits: {
    maxPacketBytes: [0, 100, 5000, 1_000_000, infinity],
    maxEventsPerPacket: [0, 1, 3, infinity],
    maxEventBytes: [0, 10, 6144, 1_000_000, infinity],
    maxPayloadDepth: [0, 2, 32],
    maxPayloadElements: [0, 10, 2000, infinity],
    maxPayloadStringBytes: [0, 100, 64_000],
    maxQueuedEvents: [0, 1, 100],
    maxQueuedBytes: [0, 100, 100_000, infinity],
    maxPendingEvents: [0, 1, 100],
    maxPendingBytes: [0, 100, 100_000, infinity],
    handshakeTimeoutMs: [0, 1, 500, 60_000, infinity],
    ackTimeoutMs: [1, 500, 60_000, infinity],
    keepAliveMs: [10, 5000, infinity],
    idleTimeoutMs: [20, 500, infinity],
    graceMs: [0, 1000, infinity],
  },
  options: {
    timeoutMs: [0, 1, 5000, infinity],
    flushIntervalMs: [0, 50, 3000],
    maxVersions: [1, 16],
    maxStateBytes: [0, 1000, 1_000_000],
  },
  servers: { maxEventBytes: [6144, 900_000], keepAliveMs: [100, 2000], graceMs: [20_000, 30_000] },
  paces: { tickRate: [1, 20], sendEveryTicks: [1, 2] },
}

const talk = ({ tickRate }: { tickRate: number }) =>
  defineGame({
    initialState: () => ({ sum: 0, text: 'x'.repeat(1000) }),
    tickRate,
    events: (on) => ({
      add: on(z.int(), (state, number) => {
        state.sum += number
        return state.sum
      }),
    }),
  })

/** Codes that name the limit of the client which a peer within its own limits has met. */
const ends = ['packet_too_large', 'too_many_events', 'too_many_pending', 'event_too_large']

/** Outcomes of an event: it was handled, or did not fit into the limits of its sender. */
const answers = ['done', 'event_too_large', 'value_limit', 'value_too_large', 'queue_full']

/** The name of the option that was too low; undefined if the error does not say. */
function reasonOf({ code, message, closeInfo }: ClientError, timeoutMs = infinity): string | undefined {
  if (code === 'invalid_argument' && message.startsWith('handshakeTimeoutMs is ')) return 'handshakeTimeoutMs'
  if (code === 'connect_timeout' && timeoutMs <= 1) return 'timeoutMs'
  return ends.find((end) => end === closeInfo?.code)
}

test.each(Array.from({ length: 80 }, (_, seed) => seed))(
  'a client with any limits connects, plays and resumes, or learns at once by a code why not: seed %i',
  async (seed) => {
    const random = createRandom(seed)
    const draw = (table: Readonly<Record<string, readonly number[]>>, share: number): Record<string, number> =>
      Object.fromEntries(
        Object.entries(table)
          .filter(() => random() < share)
          .map(([name, values]) => [name, values[Math.floor(random() * values.length)]!]),
      )
    const { tickRate = 20, sendEveryTicks = 1 } = draw(choices.paces, 0.5)
    const limits = draw(choices.limits, 0.12)
    const options: { timeoutMs?: number; limits: typeof limits } = { ...draw(choices.options, 0.2), limits }
    const simulation = await simulate({
      game: talk({ tickRate }),
      ...{ clients: 0, seed, link: links.wifi },
      server: { sendEveryTicks, limits: draw(choices.servers, 0.3) },
    })
    const client = simulation.addClient({ connect: options })
    const said = JSON.stringify(options)
    const refusal: unknown = await simulation.complete(
      client.connected.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    )
    if (refusal !== undefined) {
      expect(reasonOf(refusal as ClientError, options.timeoutMs), `${String(refusal)} of ${said}`).toBeDefined()
      return
    }
    const { connection } = client
    const outcomes: unknown[] = []
    for (let number = 1; number <= 4 && connection.status !== 'closed'; number++) {
      expect(connection.status, said).toBe('connected')
      try {
        connection.dispatchEvent('add', 1, {
          onAck: () => outcomes.push('done'),
          onFail: ({ code }) => outcomes.push(code),
        })
        await simulation.step(7000)
      } catch (error) {
        outcomes.push((error as TygaseError).code)
      }
      client.cut()
      await simulation.step(300)
      client.heal()
      await simulation.runUntil(() => connection.status !== 'suspended', { timeoutMs: 20_000 })
    }
    if (connection.status === 'closed') expect(ends, said).toContain(connection.closeInfo?.code)
    else for (const outcome of outcomes) expect(answers, said).toContain(outcome)
    await simulation.end()
  },
)
