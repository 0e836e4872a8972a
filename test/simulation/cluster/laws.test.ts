import { createRandom } from '@tygase/gamestate'
import { seedOfRun } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { often } from '../../support/effort.js'
import { beginToSend, ClusterWorld, leaseMs } from './support.js'

const rooms = 3

/** What goes wrong, and how it is mended. */
const faults = ['kill', 'pause', 'cut', 'engine', 'drain', 'loss'] as const

/** Servers, clients that play all the time, and faults: one after the other, or some at once. */
async function playFaults(seed: number, count: number): Promise<ClusterWorld> {
  const world = new ClusterWorld(seed)
  const random = createRandom(seed, 7)
  for (let servers = 0; servers < 3; servers++) await world.start({ isKept: true })
  for (let clients = 0; clients < 2 * rooms; clients++) await world.join(`/arena/${clients % rooms}`)
  world.watchTicks()
  const sending = beginToSend(world)
  await world.play(500)
  const ends: (() => void)[] = []
  for (let done = 0; done < count; done++) {
    const up = world.processes.filter(({ isUp }) => isUp)
    const process = up[Math.floor(random() * up.length)]!
    const fault = faults[Math.floor(random() * faults.length)]
    let mend = (): void => {}
    if ((fault === 'kill' || fault === 'drain') && up.length > 2 && world.isEngineUp) {
      if (fault === 'kill') world.kill(process)
      else
        void process.server
          .drain()
          .then(
            () => process.server.shutdown(),
            () => {},
          )
          .then(() => world.kill(process))
      await world.start({ isKept: true, address: fault === 'kill' ? process.address : undefined })
    } else if (fault === 'pause') {
      process.clock.pause()
      mend = () => process.clock.resume()
    } else if (fault === 'cut') {
      world.network.cut(process.engine)
      mend = () => process.isUp && world.network.heal(process.engine)
    } else if (fault === 'loss') {
      world.network.loss = 0.3
      mend = () => {
        world.network.loss = 0
      }
    } else if (fault === 'engine') {
      world.isEngineUp = false
      world.network.stop()
      mend = () => {
        world.isEngineUp = true
        world.network.start()
      }
    }
    let isOver = false
    const end = (): void => {
      if (!isOver) mend()
      isOver = true
    }
    ends.push(end)
    world.time.clock.schedule((0.1 + 2.4 * random()) * leaseMs, end)
    await world.play((0.3 + 2 * random()) * leaseMs)
  }
  for (const end of ends) end()
  await world.play(12_000)
  await sending.end()
  sending.expectOnce()
  return world
}

/** Each of these has found a fault. */
const foundBy = [1009, 1020, 5086, 5161, 9054]

test.each([...foundBy, ...Array.from({ length: often(6, 200) }, (_, turn) => seedOfRun() + turn)])(
  'rooms have one copy at any moment, lose no event and nobody, whatever dies, hangs, is cut off or drained, with seed %i',
  async (seed) => {
    const world = await playFaults(seed, 12)
    expect(world.problems).toEqual([])
    for (const player of world.players) expect(player.status).toBe('connected')
    for (let id = 0; id < rooms; id++) {
      const owners = world.processes.filter(({ server, isUp }) => isUp && server.rooms.has(`arena/${id}`))
      expect(owners).toHaveLength(1)
    }
  },
)
