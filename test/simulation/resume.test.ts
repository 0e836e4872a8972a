import { datagrams, links, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { bazaar } from './support/bazaar.js'
import { Crowd } from './support/crowd.js'
import { playWithFaults } from './support/faults.js'

const networks = [
  ['WebSocket', links.mobile],
  ['datagrams', datagrams(links.mobile)],
] as const

/** One fault after the other may keep somebody away for longer than the usual 30 s. */
const patient = { limits: { graceMs: 120_000 } }

describe.each(networks)('over %s that is cut, with clients and server that stand still, go and come', (_, link) => {
  it.each(withSeedOfRun(...often([], [11, 12, 13])))(
    'nothing is lost and nothing is doubled, with seed %i',
    async (seed) => {
      const crowd = new Crowd()
      const fair = await simulate({ game: bazaar, clients: 5, seed, link, onConnect: crowd.greet, server: patient })
      await playWithFaults(fair, crowd, 40_000)
      await fair.settle()
      crowd.expectAllDelivered(fair)
      expect(fair.problems.filter(({ level }) => level === 'error')).toEqual([])
      await fair.end()
    },
  )

  it('ten cuts in a row do no harm', async () => {
    const crowd = new Crowd()
    const fair = await simulate({ game: bazaar, clients: 2, seed: 21, link, onConnect: crowd.greet })
    const [visitor] = fair.clients
    for (let i = 0; i < 10; i++) {
      visitor!.cut()
      await crowd.play(fair, 30 * i)
      visitor!.heal()
      await crowd.play(fair, 60 * i)
    }
    await fair.settle()
    crowd.expectAllDelivered(fair)
    await fair.end()
  })

  it.each([0.6, 2, 10])(
    'a server that stands still for %d times the idle time goes on with its sessions',
    async (times) => {
      const crowd = new Crowd()
      const server = { limits: { graceMs: 120_000 } }
      const fair = await simulate({ game: bazaar, clients: 2, seed: 51, link, server, onConnect: crowd.greet })
      const ids = fair.clients.map(({ connection }) => connection.clientId)
      await crowd.play(fair, 500)
      fair.serverProcess.pause()
      await crowd.play(fair, 5000 * times)
      fair.serverProcess.resume()
      await crowd.play(fair, 1000)
      await fair.settle()
      expect(fair.clients.map(({ connection }) => connection.clientId)).toEqual(ids)
      crowd.expectAllDelivered(fair)
      await fair.end()
    },
  )

  it('an attempt to resume whose answer is lost is followed by another one', async () => {
    const crowd = new Crowd()
    const fair = await simulate({ game: bazaar, clients: 2, seed: 41, link, onConnect: crowd.greet })
    const [visitor] = fair.clients
    visitor!.cut()
    await crowd.play(fair, 100)
    fair.serverProcess.pause()
    visitor!.heal()
    await fair.step(3000)
    fair.serverProcess.resume()
    visitor!.cut({ silent: true })
    await crowd.play(fair, 7000)
    visitor!.heal()
    await fair.runUntil(() => visitor!.connection.status === 'connected', { timeoutMs: 12_000 })
    await fair.settle()
    crowd.expectAllDelivered(fair)
  })

  it('who is away for longer than the grace time is gone, and all that waited is answered for', async () => {
    const crowd = new Crowd()
    const fair = await simulate({ game: bazaar, clients: 2, seed: 31, link, onConnect: crowd.greet })
    await crowd.play(fair, 2000)
    const [lost, there] = fair.clients
    const { connection } = lost!
    const failures: string[] = []
    lost!.cut({ silent: true })
    connection.dispatchEvent(
      'deal',
      { number: 999 },
      {
        retries: Number.POSITIVE_INFINITY,
        onFail: ({ code }) => failures.push(code),
      },
    )
    await fair.step(60_000)
    expect(connection.status).toBe('closed')
    expect([connection.closeInfo?.code, failures]).toEqual(['grace_over', ['session_closed']])
    expect([...fair.server.clients.keys()]).toEqual([there!.connection.clientId])
    expect(there!.connection.state.stalls.size).toBe(1)
    const again = await fair.complete(fair.addClient().connected)
    expect(again.clientId).not.toBe(connection.clientId)
    await fair.settle()
    await fair.end()
  })
})
