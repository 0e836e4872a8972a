import { defineGame, on } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { links } from '../src/links.js'
import { World } from '../src/virtual-world.js'

const game = defineGame({
  initialState: () => ({ sum: 0, list: [] as number[] }),
  tickRate: 20,
  events: {
    add: on((state: { sum: number; list: number[] }) => {
      state.list.push(++state.sum)
    }),
    fail: on(() => {
      throw new Error('a mistake')
    }),
  },
})

/** Two clients send events for a second. */
async function play(seed: number): Promise<{ world: World; packets: string[] }> {
  const packets: string[] = []
  const world = await World.start({
    game,
    seed,
    onPacket: (client, fromServer, bytes) => packets.push(`${world.nowMs} ${client} ${fromServer} ${bytes}`),
  })
  const clients = [links.wifi, links.mobile].map((link) => world.addClient({ link }))
  for (let frame = 0; frame < 60; frame++) {
    await world.step(16)
    for (const client of clients) {
      if (client.hasConnected && frame % 7 === 0) client.connection.dispatchEvent('add' as never, undefined as never)
    }
  }
  return { world, packets }
}

describe('a world', () => {
  it('gives the same packets at the same times for the same seed, and others for another one', async () => {
    const { packets } = await play(5)
    expect(packets.length).toBeGreaterThan(30)
    expect((await play(5)).packets).toEqual(packets)
    expect((await play(6)).packets).not.toEqual(packets)
  })

  it('lets clients have the state of the server', async () => {
    const { world } = await play(1)
    await world.step(2000)
    const client = world.addClient({ link: links.lan })
    await world.step(1000)
    expect(client.connection.state).toEqual(world.server.store.state)
    expect((world.server.store.state as { sum: number }).sum).toBeGreaterThan(5)
  })

  it('cuts the network of a client, and mends it', async () => {
    const { world } = await play(2)
    const client = world.addClient({ link: links.lan })
    await world.step(500)
    client.cut()
    await world.step(200)
    expect([client.isCut, client.connection.status]).toEqual([true, 'suspended'])
    client.heal()
    client.setLink(links.wifi)
    await world.step(5000)
    expect([client.isCut, client.isGone, client.connection.status]).toEqual([false, false, 'connected'])
  })

  it('gives warnings and errors once', async () => {
    const { world } = await play(3)
    const client = world.addClient({ link: links.lan })
    await world.step(500)
    world.takeProblems()
    client.connection.dispatchEvent('fail' as never, undefined as never)
    await world.step(500)
    const [problem] = world.takeProblems()
    expect(problem).toMatchObject({ client: undefined, details: { err: { message: 'a mistake' } } })
    expect(world.takeProblems()).toEqual([])
  })

  it('says that a client cannot join', async () => {
    const world = await World.start({ game, seed: 1, room: { maxClients: 1 }, onPacket() {} })
    world.addClient({ link: links.lan })
    await world.step(500)
    const second = world.addClient({ link: links.lan })
    second.connected.catch(() => {})
    await world.step(2000)
    expect(second.isGone).toBe(true)
    await expect(second.connected).rejects.toMatchObject({ refusal: { code: 'room_full' } })
  })
})
