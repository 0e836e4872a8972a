import type { LinkConditions } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { quickLink, setStage } from '../support/stage.js'

type Stage = Awaited<ReturnType<typeof setQuietStage>>

/** A server with two clients to whom nothing has happened for a while. `looks` counts how often it looks at the transport of the second. */
async function setQuietStage(conditions: LinkConditions = quickLink) {
  const stage = await setStage({ limits: { keepAliveMs: 4000, idleTimeoutMs: 20_000, graceMs: 3000 } })
  const [first, second] = [stage.join(conditions), stage.join(conditions)]
  stage.clock.advance(2100)
  let looks = 0
  Object.defineProperty(second.link.ends[1], 'bufferedBytes', {
    get: () => {
      looks++
      return 0
    },
  })
  return { ...stage, first, second, looks: () => looks }
}

describe('while nothing happens', () => {
  test('turns do not look at the clients', async () => {
    const { clock, machine, second, looks } = await setQuietStage()
    const [tick, before] = [machine.tick, looks()]
    const packets = second.client.session.counters.get('packetsIn')
    clock.advance(1500)
    expect(machine.tick - tick).toBe(30)
    expect(second.client.session.counters.get('packetsIn')).toBe(packets)
    expect(looks() - before).toBeLessThan(5)
  })

  test('a keep-alive goes out when it is due, and both sides stay', async () => {
    const { clock, first, second, server } = await setQuietStage()
    const packets = second.client.session.counters.get('packetsIn')
    clock.advance(60_000)
    expect([first, second].map(({ client }) => client.session.status)).toEqual(['connected', 'connected'])
    expect(second.client.session.counters.get('packetsIn') - packets).toBeGreaterThanOrEqual(14)
    expect(server.clients.size).toBe(2)
  })

  test('over a transport that may lose what it is given, each turn looks at the clients: a state may have to be sent again', async () => {
    const { clock, looks } = await setQuietStage({ ...quickLink, reliable: false })
    const before = looks()
    clock.advance(1000)
    expect(looks() - before).toBeGreaterThan(15)
  })
})

/** Within one and a half ticks, and the way there. */
const soonMs = 100

test.each<[string, (stage: Stage) => unknown, (stage: Stage) => unknown]>([
  [
    'an event of the server',
    ({ server }) => server.dispatchEvent('news', 'one'),
    ({ second }) => second.client.heard.includes('one'),
  ],
  [
    'an event of the server for another',
    ({ server, second }) => {
      server.dispatchEvent('news', 'one', { to: [...server.clients.keys()][0]! })
      server.dispatchEvent('news', 'two', { to: second.client.session.clientId! })
    },
    ({ second }) => second.client.heard.join() === 'two',
  ],
  [
    'a version that a rule has made',
    ({ server }) => server.pushEvent('add', 3),
    ({ second }) => second.client.store?.state.sum === 3,
  ],
  [
    'a version that somebody else has committed',
    ({ store }) => store.commit({ ...store.state, sum: 9 }, store.version + 1),
    ({ second }) => second.client.store?.state.sum === 9,
  ],
  [
    'the change of the host client',
    ({ first, clock }) => {
      first.client.session.close('disconnected', '', clock.now())
      first.client.flush()
    },
    ({ second }) => second.client.events.some(({ name }) => name === '$game'),
  ],
  [
    'a pause of the game',
    ({ machine }) => machine.stop(),
    ({ second }) => second.client.events.some(({ name }) => name === '$game'),
  ],
  ['somebody who comes', ({ join }) => join(), ({ second }) => second.client.store?.state.here.size === 3],
])('the quiet ends with %s', async (_what, happen, isTold) => {
  const stage = await setQuietStage()
  stage.clock.advance(300)
  expect(isTold(stage)).toBe(false)
  await happen(stage)
  stage.clock.advance(soonMs)
  expect(isTold(stage)).toBe(true)
})

test('the answer of a rule comes with the tick after which it is known', async () => {
  const { clock, second } = await setQuietStage()
  let answer: unknown
  void second.client.send('add', 4).then((value) => {
    answer = value
  })
  clock.advance(80)
  await Promise.resolve()
  await Promise.resolve()
  expect([answer, second.client.store?.state.sum]).toEqual([4, 4])
})

test('a session whose client is gone ends with its grace time, and one that hears nothing is suspended when it is idle', async () => {
  const { clock, server, first, second } = await setQuietStage()
  first.link.ends[1].close(4004, 'cut')
  clock.advance(2900)
  expect(server.clients.size).toBe(2)
  clock.advance(200)
  expect(server.clients.size).toBe(1)
  second.link.ends[0].onBytes = undefined
  second.client.sendRaw = () => {}
  second.client.flush = () => {}
  clock.advance(19_000)
  const [connection] = server.clients.values()
  expect(connection?.status).toBe('connected')
  clock.advance(1500)
  expect(connection?.status).toBe('suspended')
})

test('a client that resumes over another transport gets what has happened meanwhile', async () => {
  const { clock, server, second, newLink } = await setQuietStage()
  second.link.ends[1].close(4004, 'cut')
  clock.advance(500)
  server.pushEvent('add', 3)
  clock.advance(500)
  const link = newLink(quickLink)
  server.acceptTransport(link.ends[1])
  second.client.attach(link.ends[0])
  clock.advance(100)
  expect([second.client.session.status, second.client.store?.state.sum]).toEqual(['connected', 3])
})
