import { expect, test } from 'vitest'
import { SharedFileJournal } from '../../../packages/record/src/journal/shared-journal.js'
import { FakeDisk, FakeSharedFolder } from '../../../packages/record/test/journal/fake-shared-folder.js'
import { beginToSend, ClusterWorld, leaseMs } from './support.js'

type Process = Awaited<ReturnType<ClusterWorld['start']>>

/** Servers that share a journal, on files in memory that survive them. */
class JournaledWorld extends ClusterWorld {
  readonly disk = new FakeDisk()
  readonly #folders = new Map<Process, FakeSharedFolder>()

  async startJournaled(): Promise<Process> {
    const folder = new FakeSharedFolder(this.disk)
    const journal = new SharedFileJournal({
      ...{ folder: 'journal', shared: folder, durable: 'process', isAtOnce: true },
      ...{ segmentBytes: 64 * 1024, maxWaitingBytes: 1024 * 1024, clock: this.time.clock },
    })
    const process = await this.start({ save: { journal } })
    this.#folders.set(process, folder)
    return process
  }

  override kill(process: Process): void {
    this.#folders.get(process)!.isDead = true
    super.kill(process)
  }
}

test('a server that is killed loses no event, no session and no client: another one goes on with its rooms', async () => {
  const world = new JournaledWorld(5)
  for (let n = 0; n < 3; n++) await world.startJournaled()
  for (let n = 0; n < 9; n++) await world.join(`/arena/${n % 3}`)
  const ids = world.players.map(({ clientId }) => clientId)
  const sending = beginToSend(world)
  await world.play(1500)
  const killed = world.serverOf(world.players[0]!)
  world.kill(killed)
  await world.play(6 * leaseMs)
  await sending.end()
  expect(world.players.map(({ status }) => status)).toEqual(ids.map(() => 'connected'))
  expect(world.players.map(({ clientId }) => clientId)).toEqual(ids)
  sending.expectOnce()
})

test('servers that are killed one after the other leave their rooms to the last one, and no folder of theirs stays', async () => {
  const world = new JournaledWorld(6)
  const first = await world.startJournaled()
  for (let n = 0; n < 4; n++) await world.join(`/arena/${n % 2}`, first)
  const sending = beginToSend(world)
  await world.play(1000)
  for (let n = 0; n < 4; n++) {
    await world.startJournaled()
    await world.play(200)
    world.kill(world.processes[n]!)
    await world.play(5 * leaseMs)
  }
  await sending.end()
  sending.expectOnce()
  await world.play(3 * leaseMs)
  expect(world.disk.folders.size).toBe(1)
})

test('a room of a dead server goes on though all servers begin anew, and no record of it is left', async () => {
  const world = new JournaledWorld(7)
  const first = await world.startJournaled()
  const player = await world.join('/arena/1', first)
  const sending = beginToSend(world)
  await world.play(2000)
  world.kill(first)
  world.network.stop()
  await world.play(3 * leaseMs)
  world.network.start()
  await world.startJournaled()
  await world.play(8 * leaseMs)
  await sending.end()
  expect(player.status).toBe('connected')
  sending.expectOnce()
})

test('a room that has ended is not found again when its server dies', async () => {
  const world = new JournaledWorld(8)
  const first = await world.startJournaled()
  const player = await world.join('/arena/1', first)
  await world.play(500)
  await world.until(first.server.rooms.get('arena/1')!.close())
  await world.play(500)
  expect(player.status).toBe('closed')
  const second = await world.startJournaled()
  world.kill(first)
  await world.play(5 * leaseMs)
  expect(second.server.rooms.size).toBe(0)
  expect(world.disk.folders.size).toBe(1)
})

test('a server that shuts down alone leaves its rooms in the journal, and the next one goes on with them', async () => {
  const world = new JournaledWorld(9)
  const first = await world.startJournaled()
  const player = await world.join('/arena/1', first)
  const sending = beginToSend(world)
  await world.play(1500)
  await world.until(first.server.shutdown())
  world.kill(first)
  await world.startJournaled()
  await world.play(8 * leaseMs)
  await sending.end()
  expect(player.status).toBe('connected')
  sending.expectOnce()
  await world.play(3 * leaseMs)
  expect(world.disk.folders.size).toBe(1)
})
