import { defineGame } from '@tygase/gamestate'
import { expect, onTestFinished, test } from 'vitest'
import { setRoomStage } from '../support/stage.js'

/** Notes from now on which maps and sets get a key that is a text. @returns those that have a key */
function watchKeys(): (key: string) => unknown[] {
  const given = new Map<string, Set<Map<unknown, unknown> | Set<unknown>>>()
  const { set } = Map.prototype
  const { add } = Set.prototype
  const note = (collection: Map<unknown, unknown> | Set<unknown>, key: unknown): void => {
    if (typeof key !== 'string') return
    let collections = given.get(key)
    if (collections === undefined) {
      collections = new Set()
      set.call(given, key, collections)
    }
    add.call(collections, collection)
  }
  Map.prototype.set = function (key, value) {
    note(this, key)
    return set.call(this, key, value)
  }
  Set.prototype.add = function (value) {
    note(this, value)
    return add.call(this, value)
  }
  onTestFinished(() => {
    Map.prototype.set = set
    Set.prototype.add = add
  })
  return (key) => [...(given.get(key) ?? [])].filter((collection) => collection.has(key))
}

test('once a client has left, no map and no set has its id: not even its round-trip time is kept', async () => {
  const holders = watchKeys()
  const { joined, pass, clock, server } = await setRoomStage({
    auth: (credentials) => ({ userId: `user ${credentials}` }),
  })
  // a game whose state has no ids: states may keep them as long as they like
  server.define('bare', defineGame({ initialState: () => ({}), tickRate: 20 }), { latencyIntervalMs: 500 })
  const stays = await joined('/bare/1', { credentials: 'a' })
  const leaves = await joined('/bare/1', { credentials: 'b' })
  const id = leaves.session.clientId!
  await pass(2000)
  expect(stays.events.some(({ data }) => Object.hasOwn((data as { rttMs?: object })?.rttMs ?? {}, id))).toBe(true)
  expect(holders(id).length).toBeGreaterThan(3)
  leaves.session.close('disconnected', '', clock.now())
  leaves.flush()
  await pass(1000)
  expect(server.stats.sessions).toBe(1)
  expect([holders(id), holders('user b')]).toEqual([[], []])
})

test('a client whose room went on elsewhere is known until its grace time is over, so that no other gets its id, and no longer', async () => {
  const holders = watchKeys()
  const { joined, pass, server } = await setRoomStage()
  server.define('bare', defineGame({ initialState: () => ({}), tickRate: 20 }), { limits: { graceMs: 5000 } })
  const moves = await joined('/bare/1')
  const id = moves.session.clientId!
  const exported = server.rooms.get('bare/1')!.export()
  await pass(100)
  await exported
  await pass(4000)
  // the room that is gone, and all that it has, is garbage
  const kept = holders(id).length
  await pass(2000)
  expect(holders(id)).toHaveLength(kept - 1)
})
