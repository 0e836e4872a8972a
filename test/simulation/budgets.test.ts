import { defineGame } from '@tygase/gamestate'
import { datagrams, links, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'

const tickMs = 50
const seconds = often(3, 6)

/** Rules and handlers of 1 ms each, by the clock of the server's process. */
function defineToil(work: () => void) {
  return defineGame({
    initialState: () => ({ count: 0 }),
    tickRate: 1000 / tickMs,
    events: (on) => ({
      toil: on((state) => {
        work()
        state.count++
      }),
      grind: on(() => {}),
      ask: on((state) => state.count),
    }),
  })
}

/** Clients that send one event again and again, as many as they may, and an honest one that asks twice in a tick. */
async function play(greedy: number, event: 'toil' | 'grind') {
  let heldMs = 0
  const work = (): void => {
    heldMs++
    simulation.serverProcess.work(1)
  }
  const holds: number[] = []
  const simulation = await simulate({ game: defineToil(work), clients: greedy + 1, seed: 7 })
  const { server } = simulation
  server.registerEventHandler('grind', work)
  server.machine.onTick(() => {
    holds.push(heldMs)
    heldMs = 0
  })
  const answered = simulation.clients.map(() => 0)
  for (const [index, { connection }] of simulation.clients.slice(1).entries()) {
    const again = (): void => {
      answered[index + 1]!++
      send()
    }
    const send = (): void => {
      if (simulation.nowMs < seconds * 1000) connection.dispatchEvent(event, { onAck: again, onFail: again })
    }
    for (let count = 0; count < 200; count++) send()
  }
  const honest = simulation.clients[0]!.connection
  const trips: number[] = []
  const asked: Promise<unknown>[] = []
  while (simulation.nowMs < seconds * 1000) {
    const sentMs = simulation.nowMs
    asked.push(honest.request('ask').then(() => trips.push(simulation.nowMs - sentMs)))
    await simulation.step(tickMs / 2)
  }
  await simulation.complete(Promise.all(asked))
  // the last tick of a room takes all that waits
  const held = [...holds]
  await simulation.end()
  const at = (values: number[], share: number): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length * share)]!
  return {
    holdMs: { p99: at(held, 0.99), most: Math.max(...held) },
    tripMs: { p99: at(trips, 0.99), most: Math.max(...trips) },
    trips: trips.length,
    answered: answered.slice(1),
  }
}

describe.each(['toil', 'grind'] as const)('of clients that send nothing but "%s", which takes 1 ms', (event) => {
  it('one keeps the server below half a tick, and an honest client waits for two ticks at most', async () => {
    const { holdMs, tripMs, trips } = await play(1, event)
    expect(holdMs.p99).toBeLessThanOrEqual(25)
    expect(holdMs.most).toBeLessThanOrEqual(60)
    expect(trips).toBeGreaterThan(seconds * 35)
    // a request travels for 3 ms at most, and back
    expect(tripMs.p99).toBeLessThanOrEqual(2 * tickMs + 6)
  })

  it('ten keep the server below a tick, starve nobody, and share what there is', async () => {
    const { holdMs, tripMs, trips, answered } = await play(10, event)
    // what a tick spends is known while it runs; the time of handlers is known when they have run
    expect(holdMs.p99).toBeLessThanOrEqual(event === 'toil' ? 20 : 40)
    expect(trips).toBeGreaterThan(seconds * 35)
    expect(tripMs.p99).toBeLessThanOrEqual(2 * tickMs + 6)
    expect(Math.min(...answered)).toBeGreaterThan(Math.max(...answered) / 3)
  })
})

describe.each([
  ['says goodbye', 'disconnected'],
  ['is gone for good', 'grace_over'],
] as const)('a client whose last packet has more work than the budget pays for, and that %s', (_how, code) => {
  it('is heard to the end, and its leave comes after it', async () => {
    const simulation = await simulate({
      game: defineToil(() => {}),
      clients: 2,
      seed: 11,
      // the goodbye does not wait behind the events
      link: code === 'disconnected' ? datagrams(links.wifi) : links.wifi,
      server: { limits: { graceMs: 400 } },
    })
    const { server } = simulation
    const heard: string[] = []
    let mostMs = 0
    let sinceMs = 0
    let tickMs = 0
    server.registerEventHandler('grind', () => {
      simulation.serverProcess.work(2)
      tickMs += 2
      heard.push('grind')
    })
    server.machine.onTick(() => {
      mostMs = Math.max(mostMs, tickMs)
      tickMs = 0
    })
    server.room.onLeave((_client, info) => {
      heard.push(`left: ${info?.code}`)
      sinceMs = simulation.nowMs
    })
    const [leaving, honest] = simulation.clients
    for (let count = 0; count < 300; count++) leaving!.connection.dispatchEvent('grind')
    if (code === 'disconnected') leaving!.connection.disconnect()
    else {
      // all of the packet has come when the link breaks
      await simulation.runUntil(() => heard.length > 0)
      leaving!.cut()
    }
    const startMs = simulation.nowMs
    await simulation.runUntil(() => sinceMs > 0, { timeoutMs: 20_000 })
    expect([heard.length, heard.at(-1)]).toEqual([301, `left: ${code}`])
    // 600 ms of work, of which a second has 200 or so
    expect(sinceMs - startMs).toBeGreaterThan(1000)
    expect(mostMs).toBeLessThanOrEqual(60)
    expect(await simulation.complete(honest!.connection.request('ask'))).toBe(0)
    await simulation.end()
  })
})

it('the last tick of a room takes a bounded time, and refuses what it has no time for', async () => {
  let worked = 0
  const work = (): void => {
    worked++
    simulation.serverProcess.work(1)
  }
  const simulation = await simulate({ game: defineToil(work), clients: 10, seed: 13 })
  const { server } = simulation
  await simulation.step(20)
  const codes = new Map<string, number>()
  for (const { connection } of simulation.clients) {
    const count = (code: string): void => void codes.set(code, (codes.get(code) ?? 0) + 1)
    const options = {
      onAck: () => count('done'),
      onFail: ({ code, refusal }: { code: string; refusal?: { code: string } | undefined }) =>
        count(refusal?.code ?? code),
    }
    for (let i = 0; i < 150; i++) connection.dispatchEvent('toil', undefined, options)
  }
  await simulation.runUntil(() => server.machine.queuedInputs === 1500)
  const before = worked
  await simulation.complete(server.shutdown({ endSessions: true }))
  expect(worked - before).toBeGreaterThan(200)
  expect(worked - before).toBeLessThanOrEqual(260)
  await simulation.step(1000)
  expect(Object.fromEntries(codes)).toEqual({ done: worked, room_closed: 1500 - worked })
  await simulation.end()
})
