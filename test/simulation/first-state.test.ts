import { Backend } from '@tygase/server'
import { datagrams } from '@tygase/testkit'
import { VirtualClock } from '@tygase/testkit/sim'
import { describe, expect, it } from 'vitest'
import { hundredRows } from './support/hundred-rows.js'
import { fortyMs, pass, Telephone } from './support/telephone.js'

describe.each([
  ['WebSocket', fortyMs],
  ['datagrams', datagrams(fortyMs)],
])('over %s', (_, link) => {
  it('the first thing that the server sends after the hello has the whole state in it', async () => {
    const clock = new VirtualClock()
    const backend = new Backend(hundredRows, { clock })
    await backend.run({ port: false })
    const telephone = new Telephone(backend, clock, link)
    const connecting = telephone.connect()
    await pass(clock, 1000)
    const connection = await connecting
    const [hello, first] = telephone.calls
    expect([hello?.from, first?.from]).toEqual(['client', 'server'])
    expect(connection.state.rows.size).toBe(100)
    // when `connect` had its state, and what had come by then
    const arrivedAt = connection.store.timeOf(connection.store.oldestVersion)
    expect(arrivedAt).toBe(first?.atMs)
    expect(first!.atMs - hello!.atMs).toBe(link.latencyMs)
  })
})
