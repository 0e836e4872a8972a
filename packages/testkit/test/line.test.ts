import type { Transport } from '@tygase/protocol'
import { createSeededRandom, type LinkConditions, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { datagrams, links } from '../src/index.js'
import { Line, type Link } from '../src/line.js'
import { VirtualProcess } from '../src/virtual-process.js'

const steady: LinkConditions = { ...links.lan, latencyMs: 50, jitterMs: 0 }

/** A line, a server that writes down what reaches it, and a client's ends of transports. */
function stage(link: Link) {
  const clock = new VirtualClock()
  const client = new VirtualProcess(clock)
  const log: string[] = []
  const accepted: Transport[] = []
  const server = new VirtualProcess(clock)
  const state = { isServing: true, server }
  const listen = (transport: Transport, name: string) => {
    transport.onBytes = (bytes) => log.push(`${name} got ${bytes} at ${clock.now()}`)
    transport.onClose = (code) => log.push(`${name} closed ${code} at ${clock.now()}`)
  }
  const line = new Line({
    clock,
    random: createSeededRandom(1),
    link,
    client,
    server: () => state.server,
    accept(transport) {
      if (!state.isServing) throw new Error('not running')
      accepted.push(transport)
      listen(transport, 'server')
    },
    onPacket: () => {},
  })
  /** Opens a transport and lets so much time pass. */
  const open = async (ms = 200): Promise<Transport> => {
    const opening = Promise.resolve(line.open())
    clock.advance(ms)
    const transport = await opening
    listen(transport, 'client')
    return transport
  }
  return { clock, client, server, log, accepted, state, line, open }
}

const send = (transport: Transport, ...numbers: number[]) => {
  for (const number of numbers) transport.send(new Uint8Array([number]))
}

describe('a line of a reliable link', () => {
  it('takes a round trip to open', async () => {
    const { clock, accepted, line } = stage(steady)
    let isOpen = false
    void Promise.resolve(line.open()).then(() => {
      isOpen = true
    })
    clock.advance(50)
    expect(accepted).toHaveLength(1)
    clock.advance(49)
    await Promise.resolve()
    expect(isOpen).toBe(false)
    clock.advance(1)
    await Promise.resolve()
    await Promise.resolve()
    expect(isOpen).toBe(true)
  })

  it('does not open for a process that has died meanwhile, and leaves nothing at the server', () => {
    const { clock, client, accepted, line } = stage(steady)
    void line.open()
    clock.advance(20)
    client.crash()
    line.clientDied()
    clock.advance(1000)
    expect(accepted).toEqual([])
  })

  it('carries packets both ways, and a closing behind them', async () => {
    const { clock, log, accepted, open } = stage(steady)
    const transport = await open()
    send(transport, 1)
    send(accepted[0]!, 2)
    transport.close(4001, 'bye')
    clock.advance(100)
    expect(log).toEqual(['client closed 4001 at 200', 'server got 1 at 250', 'server closed 4001 at 250'])
  })

  it('keeps what the server says first until the client has its end', async () => {
    const { clock, log, accepted, line } = stage(steady)
    const opening = Promise.resolve(line.open())
    clock.advance(50)
    send(accepted[0]!, 1)
    accepted[0]!.close(4002, 'go away')
    clock.advance(49)
    // the answer comes first of what is due now
    clock.runNext()
    const transport = await opening
    transport.onBytes = (bytes) => log.push(`client got ${bytes}`)
    transport.onClose = (code) => log.push(`client closed ${code}`)
    clock.advance(0)
    expect(log).toEqual(['server closed 4002 at 50', 'client got 1', 'client closed 4002'])
  })

  it('keeps what comes while its end is paused, fills up the sender, and brings it in order afterwards', async () => {
    const { clock, log, accepted, open } = stage(steady)
    const transport = await open()
    const end = accepted[0]!
    end.pause?.()
    send(transport, 1, 2)
    clock.advance(1000)
    expect([log, transport.bufferedBytes]).toEqual([[], 2])
    transport.close(4001, 'bye')
    clock.advance(1000)
    expect(log).toEqual(['client closed 4001 at 1200'])
    end.resume?.()
    clock.advance(0)
    expect(log.slice(1)).toEqual(['server got 1 at 2200', 'server got 2 at 2200', 'server closed 4001 at 2200'])
  })

  it('pauses again after one packet when its owner says so, though the owner stood still meanwhile', async () => {
    const { clock, server, log, accepted, open } = stage(steady)
    const transport = await open()
    const end = accepted[0]!
    end.onBytes = (bytes) => {
      log.push(`server got ${bytes} at ${clock.now()}`)
      end.pause?.()
    }
    send(transport, 1, 2, 3)
    clock.advance(100)
    expect(log).toEqual(['server got 1 at 250'])
    server.pause()
    end.resume?.()
    clock.advance(100)
    expect(log).toHaveLength(1)
    server.resume()
    clock.advance(100)
    expect(log.slice(1)).toEqual(['server got 2 at 400'])
  })

  it('tells a paused end at once that it was cut, and brings nothing of what waited', async () => {
    const { clock, log, accepted, line, open } = stage(steady)
    const transport = await open()
    accepted[0]!.pause?.()
    send(transport, 1)
    clock.advance(100)
    line.cut()
    clock.advance(0)
    accepted[0]!.resume?.()
    clock.advance(100)
    expect(log).toEqual(['client closed 4004 at 300', 'server closed 4004 at 300'])
  })

  it('fails to open where no server runs', async () => {
    const { clock, state, line } = stage(steady)
    state.isServing = false
    const opening = Promise.resolve(line.open())
    clock.advance(200)
    await expect(opening).rejects.toThrow('no server answers')
  })

  it('closes both ends at once when it is cut, fails what is opening, and opens nothing until it is healed', async () => {
    const { clock, log, line, open } = stage(steady)
    const transport = await open()
    send(transport, 1)
    line.cut()
    clock.advance(100)
    expect(log).toEqual(['client closed 4004 at 200', 'server closed 4004 at 200'])
    expect(() => line.open()).toThrow('there is no network')
    line.heal()
    const opening = Promise.resolve(line.open())
    clock.advance(70)
    line.cut()
    await expect(opening).rejects.toThrow('the network has gone')
    line.heal()
    expect((await open()).reliable).toBe(true)
  })

  it('keeps what is under way during a silent cut, fills up the sender, and brings it in order afterwards', async () => {
    const { clock, log, line, open } = stage(steady)
    const transport = await open()
    send(transport, 1)
    line.cut({ silent: true })
    send(transport, 2)
    clock.advance(10_000)
    expect([log, transport.bufferedBytes, line.isCut]).toEqual([[], 2, true])
    line.heal()
    send(transport, 3)
    clock.advance(100)
    expect(log).toEqual(['server got 1 at 10200', 'server got 2 at 10200', 'server got 3 at 10250'])
    expect([transport.bufferedBytes, line.isCut]).toEqual([0, false])
  })

  it('opens after a silent cut what was asked for during it', async () => {
    const { clock, line, accepted } = stage(steady)
    line.cut({ silent: true })
    const opening = Promise.resolve(line.open())
    clock.advance(10_000)
    expect(accepted).toEqual([])
    line.heal()
    clock.advance(100)
    expect((await opening).reliable).toBe(true)
  })

  it('fills up while the receiver is paused', async () => {
    const { clock, server, log, open } = stage(steady)
    const transport = await open()
    server.pause()
    send(transport, 1, 2)
    clock.advance(1000)
    expect([log, transport.bufferedBytes]).toEqual([[], 2])
    server.resume()
    clock.advance(0)
    expect([log, transport.bufferedBytes]).toEqual([['server got 1 at 1200', 'server got 2 at 1200'], 0])
  })

  it('tells the server that its client has died', async () => {
    const { clock, client, log, line, open } = stage(steady)
    await open()
    client.crash()
    line.clientDied()
    clock.advance(100)
    expect(log).toEqual(['server closed 4004 at 250'])
  })

  it('tells the client that its server has died, and is refused until there is another', async () => {
    const { clock, server, state, log, line, accepted, open } = stage(steady)
    await open()
    server.crash()
    line.serverDied()
    clock.advance(100)
    expect(log).toEqual(['client closed 4004 at 250'])
    const opening = Promise.resolve(line.open())
    clock.advance(200)
    await expect(opening).rejects.toThrow('no server answers')
    state.server = new VirtualProcess(clock)
    await open()
    expect(accepted).toHaveLength(2)
  })

  it('may be another one in each direction', async () => {
    const { clock, log, accepted, open } = stage([steady, { ...steady, latencyMs: 10 }])
    const transport = await open()
    send(transport, 1)
    send(accepted[0]!, 2)
    clock.advance(100)
    expect(log).toEqual(['client got 2 at 210', 'server got 1 at 250'])
  })
})

describe('a line of datagrams', () => {
  const bare = datagrams(steady)

  it('is open at once, and the server learns of it with the first packet', async () => {
    const { clock, log, accepted, open } = stage(bare)
    const transport = await open(0)
    clock.advance(100)
    expect(accepted).toEqual([])
    send(transport, 1)
    clock.advance(50)
    send(accepted[0]!, 2)
    clock.advance(50)
    expect(log).toEqual(['server got 1 at 150', 'client got 2 at 200'])
  })

  it('loses what comes while no server runs', async () => {
    const { clock, log, state, open } = stage(bare)
    const transport = await open(0)
    state.isServing = false
    send(transport, 1)
    clock.advance(100)
    state.isServing = true
    send(transport, 2)
    clock.advance(100)
    expect(log).toEqual(['server got 2 at 150'])
  })

  it('loses what is under way during a silent cut', async () => {
    const { clock, log, line, open } = stage(bare)
    const transport = await open(0)
    send(transport, 1)
    clock.advance(60)
    line.cut({ silent: true })
    send(transport, 2)
    clock.advance(60)
    line.heal()
    send(transport, 3)
    clock.advance(60)
    expect([log, transport.bufferedBytes]).toEqual([['server got 1 at 50', 'server got 3 at 170'], 0])
  })

  it('reaches the server of now with its first packet, and no other one after that', async () => {
    const { clock, server, state, log, accepted, open } = stage(bare)
    server.crash()
    const transport = await open(0)
    send(transport, 1)
    clock.advance(100)
    state.server = new VirtualProcess(clock)
    send(transport, 2)
    clock.advance(100)
    state.server.crash()
    state.server = new VirtualProcess(clock)
    send(transport, 3)
    clock.advance(100)
    expect([log, accepted.length]).toEqual([['server got 2 at 150'], 1])
  })

  it('says nothing of a closing or of a death to the other side', async () => {
    const { clock, log, open } = stage(bare)
    const transport = await open(0)
    send(transport, 1)
    transport.close(4001, 'bye')
    clock.advance(1000)
    expect(log).toEqual(['client closed 4001 at 0', 'server got 1 at 50'])
  })

  it('holds so much for a paused receiver and loses the rest', async () => {
    const { clock, server, log, open } = stage(bare)
    const transport = await open(0)
    send(transport, 0)
    clock.advance(50)
    server.pause()
    for (let i = 0; i < 10; i++) transport.send(new Uint8Array(10_000))
    clock.advance(1000)
    server.resume()
    clock.advance(0)
    expect(log).toHaveLength(1 + 6)
  })
})
