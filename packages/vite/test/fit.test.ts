import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { misfitsOf, resetRoom } from '../src/fit.js'

type State = { round: unknown; best: string | null; players: EntityMap<object>; log?: string[]; extra?: object }

/** @param state what the state begins with. @param row what a client gets that joins */
const gameOf = (state: object, row: object, timeStep?: (state: State) => void): AnyGame =>
  defineGame({
    initialState: () => ({ round: 1, best: null, players: new EntityMap<object>(), ...state }) as never,
    onJoin: (draft: State, ctx) => void draft.players.set(ctx.client.id, { ...row }),
    ...(timeStep && { timeStep }),
  })

const old = gameOf({}, { x: 0 })

async function withTwoClients(game: AnyGame) {
  const simulation = await simulate({ game, clients: 2, seed: 1 })
  await simulation.step(500)
  return { simulation, room: simulation.server.room }
}

describe('other rules fit in a state', () => {
  it.each<[string, AnyGame, string[]]>([
    ['that has all that they begin with', gameOf({}, { x: 5 }), []],
    ['with a part that may be empty', gameOf({ best: 'Ada' }, { x: 0 }), []],
    ['unless a part is missing', gameOf({ extra: {} }, { x: 0 }), ['extra is missing']],
    ['unless the row of a player lacks a field', gameOf({}, { x: 0, lives: 3 }), ['players.*.lives is missing']],
    [
      'unless a part is of another kind',
      gameOf({ round: [] }, { x: 0 }),
      ['round is a number, and the rules make an array of it'],
    ],
    [
      'unless a tick fails',
      gameOf({}, { x: 0 }, (state) => void state.log!.push('tick')),
      ["timeStep fails: TypeError: Cannot read properties of undefined (reading 'push')"],
    ],
  ])('%s', async (_, next, sentences) => {
    const { simulation, room } = await withTwoClients(old)
    const { state, version } = room.store
    expect(misfitsOf(room, old, next)).toEqual(sentences)
    expect([room.store.state, room.store.version]).toEqual([state, version])
    await simulation.end()
  })

  it('if they miss nothing that the old rules did not miss as well', async () => {
    const forgetful = gameOf({ extra: {} }, { x: 0 }, (state) => void delete state.extra)
    const { simulation, room } = await withTwoClients(forgetful)
    expect(room.store.state).not.toHaveProperty('extra')
    expect(misfitsOf(room, forgetful, gameOf({ extra: {} }, { x: 0 }))).toEqual([])
    await simulation.end()
  })

  it('if no client is there whose rows could differ', () => {
    const { room } = new Server({ game: old, logger: false })
    expect(misfitsOf(room, old, gameOf({}, { x: 0, lives: 3 }))).toEqual([])
  })
})

it('a room begins anew with the clients that are there', async () => {
  const { simulation, room } = await withTwoClients(old)
  const next = gameOf({ extra: {} }, { x: 0, lives: 3 })
  simulation.server.replaceGame(old, next)
  resetRoom(room, next)
  await simulation.step(500)
  for (const { connection } of simulation.clients) {
    const { players, extra } = connection.state as unknown as State
    const row = { x: 0, lives: 3 }
    expect([extra, [...players.values()]]).toEqual([{}, [row, row]])
    expect([...players.keys()]).toContain(connection.clientId)
  }
  await simulation.end()
})
