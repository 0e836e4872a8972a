import { EntityMap, equalStates, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import { memoryStorage } from '@tygase/storage'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { restoreState, saveState } from '../../src/rooms/saved-state.js'
import { runsOf } from '../support/runs.js'

interface Hall {
  round: number
  names: Record<string, string>
  players: EntityMap<{ x: number; y: number; tags: string[] }>
}

const numbers = fc.double()
const halls = fc
  .record({
    round: numbers,
    names: fc.dictionary(fc.constantFrom('a', 'ß', 'constructor', ''), fc.string()),
    rows: fc.array(fc.tuple(fc.string(), fc.record({ x: numbers, y: numbers, tags: fc.array(fc.string()) }))),
  })
  .map(({ round, names, rows }): Immutable<Hall> => {
    const players: Hall['players'] = new EntityMap()
    for (const [id, row] of rows) players.set(id, row)
    return new GameStateStore<Hall>({ round, names: { ...names }, players }).state
  })

function hall(round = 1): Immutable<Hall> {
  const players: Hall['players'] = new EntityMap()
  players.set('ada', { x: 0.1, y: -0, tags: [] })
  return new GameStateStore<Hall>({ round, names: {}, players }).state
}

test('a state that was saved is restored as it was: every number, every map and its order', async () => {
  const storage = memoryStorage()
  const check = fc.asyncProperty(halls, fc.nat(), async (state, tick) => {
    await saveState(storage, 'hall', { state, tick, version: 3 }, '2024-01-01T00:00:00.000Z')
    const saved = await restoreState<Hall>(storage, 'hall', { version: 3 })
    expect(saved).toMatchObject({ tick, version: 3, savedAt: '2024-01-01T00:00:00.000Z' })
    expect(equalStates(saved?.state, state)).toBe(true)
    expect([...(saved?.state.players.keys() ?? [])]).toEqual([...state.players.keys()])
  })
  await fc.assert(check, { numRuns: runsOf(100) })
})

test('what was restored goes on in a store, from the tick at which it was saved', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 500, version: 0 })
  const saved = await restoreState<Hall>(storage, 'hall', { version: 0 })
  const store = new GameStateStore<Hall>({ round: 0, names: {}, players: new EntityMap() })
  store.reset(saved!.state, saved!.tick)
  const next = transact<Hall, void>(store.state, (draft) => {
    draft.players.edit('ada').x = 5
  })
  store.commit(next.state, 501)
  expect(store.state.players.get('ada')?.x).toBe(5)
  expect(saved?.state.players.get('ada')?.x).toBe(0.1)
})

test('there is nothing to restore where nothing was saved', async () => {
  expect(await restoreState(memoryStorage(), 'hall', { version: 1 })).toBe(undefined)
})

test('a save says when it was made', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 1, version: 1 })
  const saved = await restoreState<Hall>(storage, 'hall', { version: 1 })
  expect(saved?.savedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('a state of an older game is given to migrate with its version, and comes out as a state of now', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 1 })
  const saved = await restoreState<Hall & { scores: number[] }>(storage, 'hall', {
    version: 3,
    migrate(state, fromVersion) {
      const old = state as Immutable<Hall>
      return transact<Hall & { scores: number[] }, void>(old as never, (draft) => {
        draft.scores = [fromVersion]
        draft.players.edit('ada').tags.push('veteran')
      }).state
    },
  })
  expect(saved).toMatchObject({ version: 1, tick: 9, state: { scores: [1] } })
  expect(saved?.state.players.get('ada')).toEqual({ x: 0.1, y: -0, tags: ['veteran'] })
  expect(Object.isFrozen(saved?.state)).toBe(true)
})

test('migrate is not asked about a state of this version', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 3 })
  const migrate = () => expect.unreachable()
  expect((await restoreState<Hall>(storage, 'hall', { version: 3, migrate }))?.tick).toBe(9)
})

const failing: [what: string, migrate: ((state: unknown) => never) | undefined][] = [
  ['there is no migrate', undefined],
  [
    'migrate throws',
    () => {
      throw new Error('no idea')
    },
  ],
  ['migrate returns what is no state', (() => ({ round: () => 1 })) as never],
]

test.each(failing)('a state of an older game is refused with saved_state_not_migrated where %s', async (_, migrate) => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 1 })
  const restoring = restoreState<Hall>(storage, 'hall', { version: 2, ...(migrate && { migrate }) })
  await expect(restoring).rejects.toMatchObject({ code: 'saved_state_not_migrated' })
})

test('a state of a newer game is refused with saved_state_too_new, with both versions', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 7 })
  const restoring = restoreState<Hall>(storage, 'hall', { version: 2 })
  await expect(restoring).rejects.toMatchObject({
    code: 'saved_state_too_new',
    message: 'hall was saved by version 7 of the game, this is version 2',
  })
})

test('what is no saved state, or a damaged one, is refused with saved_state_invalid', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 1 })
  const good = (await storage.get('hall')) as Record<string, unknown> & { state: Uint8Array }
  const short = good.state.subarray(0, good.state.length - 1)
  const damaged = [
    { state: short },
    { state: new Uint8Array() },
    { state: 'text' },
    { tick: -1 },
    { version: 1.5 },
    { savedAt: 5 },
    { format: 2 },
  ]
  for (const value of [null, 5, 'text', [], {}, ...damaged.map((part) => ({ ...good, ...part }))]) {
    await storage.put('hall', value)
    await expect(restoreState(storage, 'hall', { version: 1 })).rejects.toMatchObject({ code: 'saved_state_invalid' })
  }
})

test('a version or tick that is none is refused with invalid_argument', async () => {
  const storage = memoryStorage()
  const refused = { code: 'invalid_argument' }
  await expect(saveState(storage, 'hall', { state: hall(), tick: 1, version: -1 })).rejects.toMatchObject(refused)
  await expect(saveState(storage, 'hall', { state: hall(), tick: 0.5, version: 1 })).rejects.toMatchObject(refused)
  await expect(restoreState(storage, 'hall', { version: Number.NaN })).rejects.toMatchObject(refused)
})

test('the ids that are saved with a state are restored with it; where none were, there are none', async () => {
  const storage = memoryStorage()
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 1, clientIds: ['b', 'a'] })
  expect((await restoreState<Hall>(storage, 'hall', { version: 1 }))?.clientIds).toEqual(['b', 'a'])
  const record = (await storage.get('hall')) as object
  await storage.put('hall', { ...record, clientIds: ['a', 7] })
  await expect(restoreState(storage, 'hall', { version: 1 })).rejects.toMatchObject({ code: 'saved_state_invalid' })
  await saveState(storage, 'hall', { state: hall(), tick: 9, version: 1 })
  expect((await restoreState<Hall>(storage, 'hall', { version: 1 }))?.clientIds).toEqual([])
})
