import { Server } from '@tygase/server'
import { datagrams } from '@tygase/testkit'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { hundredRows } from './support/hundred-rows.js'
import { fortyMs, pass, Telephone } from './support/telephone.js'

describe.each([
  ['WebSocket', fortyMs],
  ['datagrams', datagrams(fortyMs)],
])('over %s', (_, link) => {
  it('the first state of a client comes with the tick of its join, without another round trip', async () => {
    const clock = new VirtualClock()
    const server = new Server({ game: hundredRows, clock })
    await server.run({ port: false })
    const telephone = new Telephone(server, clock, link)
    const connecting = telephone.connect()
    await pass(clock, 1000)
    const connection = await connecting
    const [hello, first] = telephone.calls
    expect([hello?.from, first?.from]).toEqual(['client', 'server'])
    expect(connection.state.rows.size).toBe(100)
    expect(first!.atMs - hello!.atMs).toBe(link.latencyMs)
    const arrivedAt = connection.store.timeOf(connection.store.oldestVersion)!
    expect(arrivedAt - hello!.atMs).toBeLessThanOrEqual(link.latencyMs + 1000 / hundredRows.tickRate + 5)
  })
})
