import { seedOfRun } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { beginToSend, ClusterWorld } from './support.js'

test('a client that asks any server comes into the one room of that id', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 3; servers++) await world.start()
  for (const process of world.processes) await world.join('/arena/42', process)
  await world.play(200)
  const [first] = world.players
  expect(world.processes.filter(({ server }) => server.rooms.size > 0)).toHaveLength(1)
  for (const player of world.players) {
    expect(player.room.id).toBe('42')
    expect(Object.keys(player.state.counts)).toHaveLength(3)
  }
  expect(first!.status).toBe('connected')
})

test('clients that ask for any room fill the rooms that there are, at whichever server', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start({ maxClients: 3 })
  for (let clients = 0; clients < 6; clients++) {
    await world.join('/arena')
    await world.play(600)
  }
  expect(world.processes.flatMap(({ server }) => [...server.rooms.keys()])).toHaveLength(2)
})

test('a drained server leaves its rooms to others, with their clients, and no event is lost or done twice', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start()
  for (let clients = 0; clients < 4; clients++) await world.join('/arena/7')
  const from = world.serverOf(world.players[0]!)
  const sending = beginToSend(world)
  await world.play(500)
  await world.until(from.server.drain())
  expect(from.server.rooms.size).toBe(0)
  await world.play(1000)
  await sending.end()
  sending.expectOnce()
  const to = world.serverOf(world.players[0]!)
  expect(to).not.toBe(from)
  for (const player of world.players) expect(player.status).toBe('connected')
})
