import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { schemaOf } from '../support/schema.js'
import { field, setRoomStage } from '../support/stage.js'

interface Walk {
  walkers: EntityMap<{ x: number; purse: number }>
}

const initialState = (): Walk => ({ walkers: new EntityMap<{ x: number; purse: number }>() })
const number = schemaOf((value) => typeof value === 'number')

const slow = defineGame({
  initialState,
  onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 0.123, purse: 5 }),
  timeStep: (state) => state.walkers.editEach((walker) => void walker.x++),
  precision: { walkers: { x: 0.5 } },
  events: (on) => ({
    jump: on(number, (state, x, ctx) => void Object.assign(state.walkers.edit(ctx.client.id), { x })),
  }),
})

/** Other rules, another precision, a view, and another event. */
const other = defineGame({
  initialState,
  onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 1000, purse: 7 }),
  timeStep(state) {
    state.walkers.editEach((walker) => {
      walker.x -= 10
    })
  },
  precision: { walkers: { x: 0.001 } },
  view: (state, clientId) => ({ ...state, walkers: state.walkers.filter((_, id) => id === clientId) }),
  events: (on) => ({
    pay: on(number, (state, gold, ctx) => {
      state.walkers.edit(ctx.client.id).purse -= gold
    }),
  }),
})

describe('rooms go on with other rules', () => {
  test('over any network: clients stay, and have what the new view and precision give', async () => {
    const simulation = await simulate({ game: slow as AnyGame, clients: 3, seed: 4, link: links.mobile })
    await simulation.step(2000)
    const [first] = simulation.clients
    const before = first!.connection.state as Walk
    expect(before.walkers.size).toBe(3)
    simulation.server.replaceGame(slow, other)
    await simulation.step(3000)
    // each replica was compared with the view of the server's version
    for (const { connection } of simulation.clients) {
      expect([connection.status, [...(connection.state as Walk).walkers.keys()]]).toEqual([
        'connected',
        [connection.clientId],
      ])
    }
    expect((first!.connection.state as Walk).walkers.get(first!.connection.clientId)!.x).toBeLessThan(0)
    // an event that only the new rules have, and that has no number in these sessions
    await simulation.complete(first!.connection.request('pay', 2))
    await expect(simulation.complete(first!.connection.request('jump', 1))).rejects.toMatchObject({
      code: 'event_unknown',
    })
    expect((first!.connection.state as Walk).walkers.get(first!.connection.clientId)!.purse).toBe(3)
    await simulation.end()
  })

  test('all rooms of the game, those that are made later, and no room of another game', async () => {
    const { server, joined, pass } = await setRoomStage()
    server.define('walk', slow).define('stroll', slow)
    const client = await joined('/walk/1')
    const still = await joined('/field/1')
    const { clientId } = client.session
    expect(server.replaceGame(slow, other)).toBe(true)
    await pass(200)
    expect(client.session).toMatchObject({ status: 'connected', clientId })
    expect(server.rooms.get('walk/1')!.machine.game).toBe(other)
    expect(server.rooms.get('field/1')!.machine.game).toBe(field)
    expect(still.session.status).toBe('connected')
    for (const kind of ['walk', 'stroll']) {
      const room = await server.createRoom(kind)
      expect(room.machine.game).toBe(other)
    }
  })

  test('all or none: a game that cannot take the place leaves everything as it was', async () => {
    const { server, joined } = await setRoomStage()
    const faster = defineGame({ initialState, tickRate: 60 })
    const forServer = defineGame({ initialState, events: (on) => ({ jump: on(number, () => {}, { from: 'server' }) }) })
    server.define('plain', slow).define('handled', slow, { handlers: { jump: () => {} } })
    await joined('/plain/1')
    const wrong = expect.objectContaining({ code: 'invalid_argument' })
    for (const next of [faster, forServer, {} as never]) expect(() => server.replaceGame(slow, next)).toThrow(wrong)
    expect(server.replaceGame(other, slow)).toBe(false)
    expect(server.rooms.get('plain/1')!.machine.game).toBe(slow)
    expect((await server.createRoom('handled')).machine.game).toBe(slow)
  })

  test('a server of one game, again and again, also before it runs', async () => {
    const server = new Server({ game: slow, logger: false })
    server.replaceGame(slow, other)
    server.replaceGame(other, slow)
    server.replaceGame(slow, other)
    server.machine.step()
    expect(server.machine.game).toBe(other)
    await server.shutdown()
  })
})
