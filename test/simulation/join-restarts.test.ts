import { defineGame, EntityMap } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'

const party = defineGame({
  initialState: () => ({ guests: new EntityMap<{ asked: number }>() }),
  tickRate: 20,
  events: (on) => ({ ask: on((state, _data, ctx) => ++state.guests.edit(ctx.client.id).asked) }),
  onJoin: (state, ctx) => void state.guests.set(ctx.client.id, { asked: 0 }),
  onLeave: (state, ctx) => void state.guests.delete(ctx.client.id),
})

const restarts = 10
const joinsEach = 4

it.each([
  ['lan', links.lan],
  ['a mobile network', links.mobile],
] as const)(
  'ten restarts of a server, each in the midst of joins, lose and double no client, over %s',
  async (_, link) => {
    const room = await simulate({ game: party, clients: 1, seed: 5, link, server: { maxJoinsPerTick: 2 } })
    for (let time = 0; time < restarts; time++) {
      for (let joins = 0; joins < joinsEach; joins++) room.addClient()
      // at another moment of the handshakes each time
      await room.step(7 + 13 * time)
      await room.serverProcess.restart({ downMs: 200 })
    }
    const isIn = (): boolean =>
      room.clients.length === 1 + restarts * joinsEach &&
      room.clients.every((client) => client.hasConnected && client.connection.status === 'connected')
    await room.runUntil(isIn, { timeoutMs: 20_000 })
    await room.settle()
    const ids = room.clients.map(({ connection }) => connection.clientId).sort()
    expect(new Set(ids).size).toBe(ids.length)
    expect([...room.server.store.state.guests.keys()].sort()).toEqual(ids)
    expect(room.server.stats.sessions).toBe(ids.length)
    const asked = room.clients.map(({ connection }) => connection.request('ask'))
    expect(new Set(await room.complete(Promise.all(asked)))).toEqual(new Set([1]))
    await room.end()
  },
)
