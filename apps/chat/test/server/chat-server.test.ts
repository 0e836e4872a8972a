import { describe, expect, it } from 'vitest'
import { maxChannels } from '../../src/server/chat-server.js'
import { beginMs, ChatPlay } from '../chat-play.js'

/** The list of clients as the first client gets it, by name. */
async function clientsOf(play: ChatPlay) {
  const entries = await play.simulation.complete(play.at(0).client.connection.request('clients'))
  return new Map(entries.map((entry) => [entry.name, entry]))
}

describe('the list of clients', () => {
  it('has start and time of each client, and the history has those that have left, with the end [C5]', async () => {
    const play = await ChatPlay.begin(2)
    const [ann, bob] = [play.at(0), play.at(1)]
    await ann.type('name ann')
    await bob.type('name bob')
    await play.simulation.step(10_000)
    const before = await clientsOf(play)
    await play.simulation.step(5000)
    const after = await clientsOf(play)
    expect([...after.keys()].sort()).toEqual(['ann', 'bob'])
    for (const [name, { durationMs, startMs }] of after) {
      expect(durationMs - before.get(name)!.durationMs).toBeGreaterThanOrEqual(5000)
      expect(Math.abs(startMs + durationMs - beginMs - play.simulation.nowMs)).toBeLessThan(1000)
    }

    const leftAtMs = play.simulation.nowMs
    await play.leave(bob)
    expect([...(await clientsOf(play)).keys()]).toEqual(['ann'])
    const [past] = await play.simulation.complete(ann.client.connection.request('history', {}))
    expect(past).toMatchObject({ name: 'bob', visits: 1, lastStartMs: after.get('bob')!.startMs })
    expect(past!.lastEndMs - (beginMs + leftAtMs)).toBeLessThan(1000)
    expect(past!.totalMs).toBe(past!.lastEndMs - past!.lastStartMs)
    await play.simulation.end()
  })

  it('shows a client with a broken connection as away', async () => {
    const play = await ChatPlay.begin(2)
    play.simulation.clients[1]!.cut()
    await play.simulation.step(100)
    const entries = await clientsOf(play)
    const names = [0, 1].map((index) => play.at(index).client.name)
    expect(names.map((name) => entries.get(name)?.isAway)).toEqual([false, true])
    play.simulation.clients[1]!.heal()
    await play.simulation.end()
  })

  it('counts a client that comes again, with its earlier messages [C8]', async () => {
    const play = await ChatPlay.begin(1)
    const ann = play.at(0)
    await ann.type('name ann')
    for (let visit = 1; visit <= 2; visit++) {
      const bob = await play.join()
      await bob.type('name bob')
      await bob.type('subscribe lobby')
      await bob.type(`publish lobby visit ${visit}`)
      await play.leave(bob)
    }
    const history = await play.simulation.complete(ann.client.connection.request('history', { name: 'Bob' }))
    expect(history).toMatchObject([{ visits: 2, messages: ['lobby: visit 1', 'lobby: visit 2'] }])
    await play.simulation.end()
  })
})

describe('channels', () => {
  it('replace one without subscribers if there are too many, and are refused if there is none', async () => {
    const play = await ChatPlay.begin(1)
    const { connection } = play.at(0).client
    const create = (channel: string) => play.simulation.complete(connection.request('createChannel', { channel }))
    for (let number = 1; number < maxChannels; number++) await create(`c${number}`)
    await create('one-more')
    const names = (await play.simulation.complete(connection.channels.list())).map(({ name }) => name)
    expect(names.length).toBe(maxChannels)
    expect([names[0], names[1], names.at(-1)]).toEqual(['lobby', 'c2', 'one-more'])

    for (const name of names.slice(1)) await play.simulation.complete(connection.channels.subscribe(name, () => {}))
    await expect(create('too-much')).rejects.toMatchObject({ code: 'channel_limit' })
    await play.simulation.end()
  })

  it.each([
    ['lobby', 'channel_exists'],
    ['a b', 'channel_invalid'],
    ['', 'channel_invalid'],
    ['x'.repeat(65), 'channel_invalid'],
  ])('called %j are refused with %s', async (channel, code) => {
    const play = await ChatPlay.begin(1)
    const { connection } = play.at(0).client
    const creating = play.simulation.complete(connection.request('createChannel', { channel }))
    await expect(creating).rejects.toMatchObject({ code })
    await play.simulation.end()
  })
})
