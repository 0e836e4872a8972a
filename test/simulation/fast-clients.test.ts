import { defineGame } from '@tygase/gamestate'
import { datagrams, links, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const bell = defineGame({
  initialState: () => ({ strokes: 0, last: {} as Record<string, number>, outOfTurn: 0 }),
  tickRate: 20,
  events: (on) => ({
    strike: on(z.int(), (state, number, ctx) => {
      state.strokes++
      if (number !== (state.last[ctx.client.id] ?? 0) + 1) state.outOfTurn++
      state.last[ctx.client.id] = number
      return number
    }),
    ask: on((state) => state.strokes),
  }),
})

type Bell = Simulation<typeof bell>

const limits = { maxPacketsPerSecond: 40, maxEventsPerSecond: 100, idleTimeoutMs: 1500, keepAliveMs: 500 }
const strokes = 3000

/** Lets a client dispatch more events than it may send in many seconds. @returns the answers so far */
function storm(
  simulation: Bell,
  client: number,
  count = strokes,
): { readonly answers: number[]; readonly failures: string[] } {
  const { connection } = simulation.clients[client]!
  const [answers, failures]: [number[], string[]] = [[], []]
  for (let number = 1; number <= count; number++) {
    connection.dispatchEvent('strike', number, {
      retries: Number.POSITIVE_INFINITY,
      onAck: (answer) => answers.push(answer as number),
      onFail: ({ code }) => failures.push(code),
    })
  }
  return { answers, failures }
}

/** The longest wait of the other clients for an answer; each sends ten requests a second. */
async function longestTripOfOthers(simulation: Bell, seconds: number): Promise<number> {
  let longestMs = 0
  const trips: Promise<unknown>[] = []
  for (let i = 0; i < seconds * 10; i++) {
    for (const { connection } of simulation.clients.slice(1)) {
      const sentMs = simulation.nowMs
      trips.push(
        connection.request('ask').then(() => {
          longestMs = Math.max(longestMs, simulation.nowMs - sentMs)
        }),
      )
    }
    await simulation.step(100)
  }
  await simulation.complete(Promise.all(trips))
  return longestMs
}

describe.each([
  ['over a reliable link', links.wifi],
  ['over datagrams', datagrams(links.wifi)],
])('a client that sends far above its limits %s', (_how, link) => {
  const begin = (seed: number) => simulate({ game: bell, clients: 4, seed, link, server: { limits } })

  it('is slowed to its limits, stays connected, loses nothing, and harms no other client', async () => {
    const quiet = await begin(1)
    const usualMs = await longestTripOfOthers(quiet, 10)
    await quiet.end()

    const simulation = await begin(1)
    const { answers, failures } = storm(simulation, 0)
    expect(await longestTripOfOthers(simulation, 10)).toBeLessThanOrEqual(usualMs * 1.2)
    // the events of one second that it had in reserve, and those of ten seconds
    expect(answers.length).toBeLessThanOrEqual(12 * limits.maxEventsPerSecond)
    await simulation.runUntil(() => answers.length === strokes, { timeoutMs: 120_000 })
    expect(answers).toEqual(Array.from({ length: strokes }, (_, index) => index + 1))
    expect(failures).toEqual([])
    expect(simulation.clients[0]!.connection.state.outOfTurn).toBe(0)
    const connection = simulation.server.clients.get(simulation.clients[0]!.connection.clientId)!
    expect(connection.status).toBe('connected')
    expect(connection.stats.readPauses + connection.stats.packetsDropped).toBeGreaterThan(10)
    await simulation.end()
  })

  it('resumes after a cut in the middle, and loses nothing', async () => {
    const simulation = await begin(2)
    const { answers, failures } = storm(simulation, 0)
    for (let i = 0; i < 5; i++) {
      await simulation.step(1000)
      simulation.clients[0]!.cut({ silent: i % 2 === 1 })
      await simulation.step(700)
      simulation.clients[0]!.heal()
    }
    await simulation.runUntil(() => answers.length === strokes, { timeoutMs: 240_000 })
    expect(answers).toEqual(Array.from({ length: strokes }, (_, index) => index + 1))
    expect(failures).toEqual([])
    await simulation.settle()
    await simulation.end()
  })

  it('is noticed if it dies during a pause, as soon as its last packet has been read', async () => {
    const simulation = await begin(3)
    // enough for three seconds of reading
    storm(simulation, 0, 4 * limits.maxEventsPerSecond)
    const { clientId } = simulation.clients[0]!.connection
    const connection = simulation.server.clients.get(clientId)!
    await simulation.runUntil(() => connection.stats.readPauses + connection.stats.packetsDropped > 0)
    simulation.clients[0]!.crash()
    await simulation.runUntil(() => connection.status === 'suspended', { timeoutMs: 3000 + limits.idleTimeoutMs + 100 })
    await simulation.end()
  })
})
