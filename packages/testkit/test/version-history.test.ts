import { GameStateStore } from '@tygase/gamestate'
import { Views } from '@tygase/gamestate/internal'
import { describe, expect, it } from 'vitest'
import { VersionHistory } from '../src/version-history.js'

type State = { x: number }

function stage(precision?: { x: number }) {
  const store = new GameStateStore<State>({ x: 0 }, { maxVersions: 1 })
  const history = new VersionHistory(store, () => ({ precision }))
  return { store, history }
}

describe('the history of versions', () => {
  it('finds replicas equal that are, also of versions that the store has let go of', () => {
    const { store, history } = stage()
    for (let version = 1; version < 10; version++) store.commit({ x: version }, version)
    for (const x of [0, 5, 9]) {
      expect(history.compare(x, { x }, { clientId: 'c', whose: 'it' })).toEqual({ server: { x }, replica: { x } })
    }
  })

  it('says where a replica differs', () => {
    const { store, history } = stage()
    store.commit({ x: 1 }, 1)
    expect(() => history.compare(1, { x: 2 }, { clientId: 'c', whose: 'client 3' })).toThrow(
      "client 3 differs from the server's version 1 at x: 1 against 2 (server against replica)",
    )
  })

  it('finds versions that there never were', () => {
    const { store, history } = stage()
    store.commit({ x: 2 }, 2)
    expect(() => history.compare(1, { x: 1 }, { clientId: 'c', whose: 'it' })).toThrow(
      'it is at version 1, which the server never made',
    )
    expect(() => history.compare(3, { x: 1 }, { clientId: 'c', whose: 'it' })).toThrow('which the server never made')
  })

  it('expects of a replica what the declared precision leaves', () => {
    const { store, history } = stage({ x: 0.5 })
    store.commit({ x: 1.3 }, 1)
    history.compare(1, { x: 1.5 }, { clientId: 'c', whose: 'it' })
    expect(() => history.compare(1, { x: 1.3 }, { clientId: 'c', whose: 'it' })).toThrow('at x: 1.5 against 1.3')
  })

  it('expects of a replica what its client may see', () => {
    const store = new GameStateStore<{ of: Record<string, number> }>({ of: { a: 1, b: 2 } })
    const views = new Views<{ of: Record<string, number> }>(({ of }, clientId) => ({ of: { mine: of[clientId]! } }))
    const history = new VersionHistory(store, () => ({ views }))
    history.compare(0, { of: { mine: 1 } }, { clientId: 'a', whose: 'a' })
    history.compare(0, { of: { mine: 2 } }, { clientId: 'b', whose: 'b' })
    expect(() => history.compare(0, { of: { mine: 1 } }, { clientId: 'b', whose: 'b' })).toThrow(
      'at of.mine: 2 against 1',
    )
  })

  it('expects of a replica what was declared when its version was made', () => {
    const rules = { precision: { x: 0.5 } }
    const store = new GameStateStore<State>({ x: 1.3 })
    const history = new VersionHistory(store, () => ({ ...rules }))
    rules.precision = { x: 0.1 }
    store.commit({ x: 1.3 }, 1)
    history.compare(0, { x: 1.5 }, { clientId: 'c', whose: 'it' })
    history.compare(1, { x: 1.3 }, { clientId: 'c', whose: 'it' })
    expect(() => history.compare(1, { x: 1.5 }, { clientId: 'c', whose: 'it' })).toThrow('at x: 1.3 against 1.5')
  })

  it('forgets after a while and does not grow', () => {
    const { store, history } = stage()
    for (let version = 1; version < 2000; version++) store.commit({ x: version }, version)
    expect(history.compare(1, { x: -1 }, { clientId: 'c', whose: 'it' })).toBeUndefined()
    expect(() => history.compare(1000, { x: -1 }, { clientId: 'c', whose: 'it' })).toThrow('differs')
  })
})
