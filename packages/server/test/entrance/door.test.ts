import { expect, test } from 'vitest'
import { BlockList } from '../../src/entrance/address.js'
import type { AcceptedTransport } from '../../src/entrance/listener.js'
import type { ServerOptions } from '../../src/index.js'
import { quickLink, setStage } from '../support/stage.js'
import { VirtualClient } from '../support/virtual-client.js'

type Entry = [message: string, details: Record<string, unknown>]

/** A stage whose clients have addresses, and what its access log says. */
async function setGate(options: ServerOptions = {}) {
  const entries: Entry[] = []
  const accessLog = { info: (details: object, message: string) => entries.push([message, { ...details }]) }
  const stage = await setStage({ accessLog, ...options })
  const { clock, server } = stage
  const dial = (host: string): { link: ReturnType<typeof stage.dial>; end: AcceptedTransport } => {
    const link = stage.newLink(quickLink)
    const end: AcceptedTransport = Object.assign(link.ends[1], { clientAddress: { host, port: 4242 } })
    server.acceptTransport(end)
    return { link, end }
  }
  const joinFrom = (host: string) => {
    const { link, end } = dial(host)
    const client = new VirtualClient(clock, link.ends[0])
    clock.advance(50)
    return { client, link, end }
  }
  return { ...stage, entries, dial, joinFrom, kinds: () => entries.map(([message]) => message) }
}

const statusesOf = (joined: readonly { client: VirtualClient }[]) => joined.map(({ client }) => client.session.status)

test('an address gets as many sessions as it may have; one more is refused with too_many_sessions, others are let in', async () => {
  const { joinFrom } = await setGate({ maxSessionsPerAddress: 2 })
  const joined = ['203.0.113.7', '203.0.113.7', '203.0.113.7', '203.0.113.8'].map(joinFrom)
  expect(statusesOf(joined)).toEqual(['connected', 'connected', 'closed', 'connected'])
  expect(joined[2]?.client.session.closeInfo?.code).toBe('too_many_sessions')
})

test('without an option 100 are let in from an address', async () => {
  const { joinFrom, server } = await setGate()
  for (let i = 0; i < 101; i++) joinFrom('203.0.113.7')
  expect(server.clients.size).toBe(100)
})

test('a session that ends makes room for another from its address; a suspended one does not, and may resume', async () => {
  const { joinFrom, dial, clock } = await setGate({ maxSessionsPerAddress: 1 })
  const first = joinFrom('203.0.113.7')
  first.link.cut()
  clock.advance(100)
  const second = joinFrom('203.0.113.7')
  expect(second.client.session.closeInfo?.code).toBe('too_many_sessions')
  first.client.attach(dial('203.0.113.7').link.ends[0])
  clock.advance(100)
  expect(first.client.session.status).toBe('connected')
  first.client.session.close('disconnected', '', clock.now())
  first.client.flush()
  clock.advance(100)
  expect(joinFrom('203.0.113.7').client.session.status).toBe('connected')
})

test('a session resumes a few times at once and then once a second: each sends again what was kept', async () => {
  const { joinFrom, dial, clock, kinds } = await setGate()
  const { client, link: first } = joinFrom('203.0.113.7')
  let link = first
  const comeAgain = (): void => {
    link.cut()
    link = dial('203.0.113.7').link
    client.attach(link.ends[0])
  }
  const resumes = (): number => kinds().filter((kind) => kind === 'resume').length
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 20) {
      clock.advance(20)
      await Promise.resolve()
    }
  }
  for (let count = 0; count < 50; count++) {
    comeAgain()
    await pass(40)
  }
  expect(resumes()).toBeGreaterThanOrEqual(5)
  expect(resumes()).toBeLessThanOrEqual(7)
  comeAgain()
  const before = resumes()
  await pass(4000)
  expect([client.session.status, resumes() > before]).toEqual(['connected', true])
})

test('a session that ends with the hello that would resume it makes room for another from its address', async () => {
  const { joinFrom, dial, clock, kinds } = await setGate({ maxSessionsPerAddress: 1 })
  const first = joinFrom('203.0.113.7')
  first.link.cut()
  clock.advance(100)
  const transport = dial('203.0.113.7').link.ends[0]
  const send = transport.send.bind(transport)
  transport.send = (bytes) => {
    // the number of events that it has received stands before its credentials, of which there are none
    const isHello = bytes[0] === 0x01
    send(isHello ? bytes.with(bytes.length - 2, 99) : bytes)
  }
  first.client.attach(transport)
  clock.advance(100)
  expect(first.client.session.closeInfo?.code).toBe('acked_never_sent')
  expect(statusesOf([joinFrom('203.0.113.7')])).toEqual(['connected'])
  expect(kinds()).toEqual(['connect', 'disconnect', 'connect'])
})

test('a session that resumes from another address counts there', async () => {
  const { joinFrom, dial, clock, server } = await setGate({ maxSessionsPerAddress: 1 })
  const first = joinFrom('203.0.113.7')
  first.client.attach(dial('198.51.100.1').link.ends[0])
  clock.advance(100)
  expect([...server.clients.values()][0]?.address?.host).toBe('198.51.100.1')
  expect(statusesOf([joinFrom('203.0.113.7'), joinFrom('198.51.100.1')])).toEqual(['connected', 'closed'])
})

test('a rule that is added ends the sessions of its addresses with kicked, suspended ones too, and no others [M11]', async () => {
  const blockList = new BlockList()
  const { joinFrom, clock, server } = await setGate({ blockList })
  const joined = ['203.0.113.7', '203.0.113.8', '198.51.100.1'].map(joinFrom)
  joined[1]?.link.cut()
  clock.advance(100)
  blockList.add('203.0.113.0/24')
  clock.advance(100)
  expect(joined[0]?.client.session.closeInfo).toMatchObject({
    code: 'kicked',
    reason: 'the address is blocked',
    byPeer: true,
  })
  expect([...server.clients.values()].map(({ address }) => address?.host)).toEqual(['198.51.100.1'])
})

test('an address that is blocked between its connection and its hello is refused [M11]', async () => {
  const blockList = new BlockList()
  const { dial, clock } = await setGate({ blockList })
  const { link } = dial('203.0.113.7')
  blockList.add('203.0.113.7')
  const client = new VirtualClient(clock, link.ends[0])
  clock.advance(100)
  expect(client.session.closeInfo).toMatchObject({ code: 'refused', reason: 'the address is blocked' })
})

test('a session does not go on over a transport whose address was blocked before its hello, and stays where it was [M11]', async () => {
  const blockList = new BlockList()
  const { joinFrom, dial, clock, server } = await setGate({ blockList })
  const { client, link } = joinFrom('198.51.100.1')
  // it connects while it may
  const older = dial('203.0.113.7')
  link.cut()
  clock.advance(100)
  blockList.add('203.0.113.7')
  client.attach(older.link.ends[0])
  clock.advance(100)
  expect(client.session.closeInfo).toMatchObject({ code: 'refused', reason: 'the address is blocked' })
  const [session] = server.clients.values()
  expect([session?.status, session?.address?.host]).toEqual(['suspended', '198.51.100.1'])
})

test('rules that were added while the server was shut down hold when it runs again [M11]', async () => {
  const blockList = new BlockList()
  const { joinFrom, clock, server } = await setGate({ blockList })
  joinFrom('203.0.113.7')
  const stopping = server.shutdown()
  clock.advance(1000)
  await stopping
  blockList.add('203.0.113.7')
  expect(server.clients.size).toBe(1)
  await server.run({ port: false })
  expect(server.clients.size).toBe(0)
})

test('the access log has connect, resume and disconnect with address, client id, reason, duration and bytes [M12]', async () => {
  const { joinFrom, dial, clock, entries, kinds } = await setGate()
  const { client, link } = joinFrom('203.0.113.7')
  const clientId = client.session.clientId
  clock.advance(900)
  link.cut()
  clock.advance(50)
  client.attach(dial('198.51.100.1').link.ends[0])
  clock.advance(1000)
  const { bytesIn, bytesOut } = client.session.counters.snapshot()
  client.session.close('disconnected', 'bye', clock.now())
  client.flush()
  clock.advance(100)
  expect(kinds()).toEqual(['connect', 'resume', 'disconnect'])
  expect(entries[0]?.[1]).toEqual({ remote: '203.0.113.7:4242', clientId })
  expect(entries[1]?.[1]).toEqual({ remote: '198.51.100.1:4242', clientId })
  const last = entries[2]?.[1]
  expect(last).toMatchObject({ remote: '198.51.100.1:4242', clientId, code: 'disconnected', reason: 'bye' })
  expect(last?.durationMs).toBeGreaterThanOrEqual(2000)
  expect(last?.durationMs).toBeLessThan(2100)
  // packets on their way when the link was cut are missing, and so is the CLOSE of the client itself
  expect(last?.bytesIn).toBeGreaterThan(0)
  expect(last?.bytesIn).toBeLessThan(bytesOut + 20)
  expect(last?.bytesOut).toBeGreaterThan(0)
  expect(last?.bytesOut).toBeLessThanOrEqual(bytesIn)
})

test('the access log has refused clients, with the code [M12]', async () => {
  const { joinFrom, dial, clock, entries } = await setGate({ maxSessionsPerAddress: 1 })
  joinFrom('203.0.113.7')
  joinFrom('203.0.113.7')
  dial('203.0.113.9')
  clock.advance(2000)
  expect(entries.slice(1)).toMatchObject([
    ['refuse', { remote: '203.0.113.7:4242', code: 'too_many_sessions' }],
    ['refuse', { remote: '203.0.113.9:4242', code: 'handshake_timeout' }],
  ])
})

test('addresses stand in the access log alone, and an access log that fails stops no client [M12]', async () => {
  const failing = {
    info: () => {
      throw new Error('disk full')
    },
  }
  const { joinFrom, log } = await setGate({ accessLog: failing })
  const { client } = joinFrom('203.0.113.7')
  expect(client.session.status).toBe('connected')
  expect(log.errors).toEqual(['the access log failed'])
})
