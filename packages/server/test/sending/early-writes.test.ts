import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import type { AcceptedTransport } from '../../src/entrance/listener.js'
import { setStage } from '../support/stage.js'
import { VirtualClient } from '../support/virtual-client.js'

describe('at a server that ticks every 50 ms, 10 ms away', () => {
  /** A client that has been there since 0, at 205: the next ticks are at 250, 300 … */
  async function join(options: Parameters<typeof setStage>[0] = {}) {
    const stage = await setStage(options)
    const { client } = stage.join()
    const { server, clock } = stage
    // names that no rule has
    const handle = server.registerEventHandler.bind(server) as (name: string, handler: () => unknown) => void
    clock.advance(205)
    /** When the answer came, with what the replica was then. */
    const askFor = (name: string): { atMs?: number; sum?: number; value?: unknown } => {
      const answer: ReturnType<typeof askFor> = {}
      const onAck = (value: Uint8Array | undefined): void => {
        Object.assign(answer, { atMs: clock.now(), sum: client.store?.state.sum, value: value && decodeValue(value) })
      }
      client.session.send(name, encodeValue(1), { onAck }, clock.now())
      return answer
    }
    return { ...stage, client, handle, askFor }
  }

  test("a request to the server's handler costs the round trip and no tick", async () => {
    const { clock, client, handle, askFor } = await join()
    handle('ask', () => 7)
    const answer = askFor('ask')
    client.flush()
    clock.advance(19)
    expect(answer).toEqual({})
    clock.advance(1)
    expect(answer).toMatchObject({ atMs: 225, value: 7 })
  })

  test('a handler that takes its time is answered when it is ready, not on the tick after', async () => {
    const { clock, client, handle, askFor } = await join()
    const ready: ((value: number) => void)[] = []
    handle('ask', () => new Promise<number>((resolve) => ready.push(resolve)))
    const answer = askFor('ask')
    client.flush()
    clock.runUntil(257)
    ready[0]?.(5)
    for (let i = 0; i < 10; i++) await Promise.resolve()
    clock.advance(10)
    expect(answer).toMatchObject({ atMs: 267, value: 5 })
  })

  test('a message to many is written to some of them at a time, and to all of them without a tick', async () => {
    const { server, clock, join: joinAnother } = await join({ maxJoinsPerTick: 1000 })
    const clients = Array.from({ length: 225 }, () => joinAnother().client)
    clock.runUntil(1010)
    clients.push(...Array.from({ length: 225 }, () => joinAnother().client))
    clock.runUntil(3010)
    server.channels.create('news')
    for (const each of clients) void each.send('$channels', ['subscribe', 'room', 'news'])
    clock.runUntil(3210)
    expect(server.channels.list()).toEqual([{ name: 'news', subscribers: 450 }])
    const packetsOf = () => clients.filter(({ events }) => events.some(({ name }) => name === '$channel')).length
    let turns = 0
    const { schedule } = clock
    clock.schedule = (delayMs, callback) => {
      if (delayMs === 0) turns++
      return schedule.call(clock, delayMs, callback)
    }
    server.channels.publish('news', 'now')
    clock.advance(12)
    expect(packetsOf()).toBe(450)
    expect(turns).toBeGreaterThanOrEqual(3)
  })

  test('what came in one packet is answered in one packet', async () => {
    const { clock, client, handle, askFor } = await join()
    handle('ask', () => 7)
    const answers = Array.from({ length: 500 }, () => askFor('ask'))
    client.flush()
    const packetsIn = client.session.counters.get('packetsIn')
    clock.advance(30)
    expect(new Set(answers.map(({ atMs }) => atMs))).toEqual(new Set([225]))
    expect(client.session.counters.get('packetsIn')).toBe(packetsIn + 1)
  })

  test('packets of one read are answered in one packet at its end, without a turn of the event loop', async () => {
    const { server, clock, newLink } = await setStage()
    const handle = server.registerEventHandler.bind(server) as (name: string, handler: () => unknown) => void
    handle('ask', () => 7)
    const link = newLink()
    const parts = { charge() {}, mayWork: () => true, isReading: false }
    const transport: AcceptedTransport & { isReading: boolean } = Object.assign(link.ends[1], parts)
    server.acceptTransport(transport)
    const client = new VirtualClient(clock, link.ends[0], 3)
    clock.advance(205)
    const { onBytes } = transport
    const packets: Uint8Array[] = []
    transport.onBytes = (bytes) => packets.push(bytes)
    for (let count = 0; count < 2; count++) {
      client.session.send('ask', encodeValue(1), {}, clock.now())
      client.flush()
    }
    clock.advance(10)
    expect(packets).toHaveLength(2)
    const packetsOut = server.stats.packetsOut
    transport.isReading = true
    for (const bytes of packets) onBytes!(bytes)
    transport.isReading = false
    expect(server.stats.packetsOut).toBe(packetsOut)
    transport.onReadEnd!()
    expect(server.stats.packetsOut).toBe(packetsOut + 1)
    // nothing is left for a later read
    transport.onReadEnd!()
    expect(server.stats.packetsOut).toBe(packetsOut + 1)
  })

  test('what a rule answers comes on the tick, with the state that it made', async () => {
    const { clock, client, askFor } = await join()
    const answer = askFor('add')
    client.flush()
    clock.advance(100)
    expect(answer).toEqual({ atMs: 260, sum: 1, value: 1 })
  })

  test('an early packet that has the answer of a rule in it has its state as well, however seldom state goes out', async () => {
    const { clock, client, handle, askFor } = await join({ sendEveryTicks: 10 })
    handle('ask', () => 7)
    const ofRule = askFor('add')
    client.flush()
    // the rule runs at 250; state would go out at 500
    clock.runUntil(270)
    expect(ofRule).toEqual({})
    const early = askFor('ask')
    client.flush()
    clock.advance(20)
    expect(early).toMatchObject({ atMs: 290, value: 7 })
    expect(ofRule).toEqual({ atMs: 290, sum: 1, value: 1 })
  })
})
