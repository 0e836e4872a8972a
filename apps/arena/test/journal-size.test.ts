import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@tygase/gamestate'
import { openJournal } from '@tygase/record'
import { MemoryJournal, type SimulatedClient, simulate } from '@tygase/testkit'
import { afterAll, expect, it } from 'vitest'
import { decide, newPlan } from '../src/bots/brain.js'
import { maxPlayers, rewindMs, tickRate } from '../src/field.js'
import { arena } from '../src/game.js'

const seconds = 5
const folder = mkdtempSync(join(tmpdir(), 'tygase-arena-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('the largest room takes at most 40 bytes a tick in the journal on disk, beside its snapshots', async () => {
  const kept = new MemoryJournal()
  const simulation = await simulate({
    ...{ game: arena, seed: 3, clients: maxPlayers, client: { data: { name: 'Pixel' } } },
    server: { maxRewindMs: rewindMs, save: { journal: kept } },
  })
  const play = simulation.clients.map(playerOf)
  const before = kept.entries.length
  const firstTick = simulation.server.machine.tick
  for (let decision = 0; decision < seconds * 10; decision++) {
    for (const act of play) act()
    await simulation.step(100)
  }
  const ticks = simulation.server.machine.tick - firstTick
  expect(ticks).toBeGreaterThan(seconds * tickRate * 0.99)
  const records = kept.entries.slice(before).filter(({ kind }) => kind === 'record')
  const bytes = (await bytesOnDisk(records.map((entry) => entry.bytes))) - (await bytesOnDisk([]))
  // the seed decides what is played: the same bytes on each machine
  expect(bytes / ticks).toBeLessThan(40)
  expect(bytes / ticks).toBeGreaterThan(20)
  await simulation.end()
})

/** What the bots of the server do. @returns a decision, which is made ten times a second */
function playerOf({ connection }: SimulatedClient<typeof arena>, index: number): () => void {
  const random = createRandom(3, index)
  const onFail = (): void => {}
  const done = { dx: 0, dy: 0, angle: 0 }
  let plan = newPlan(random)
  for (const name of ['shot', 'tracer', 'hit', 'taken', 'killed'] as const) {
    connection.registerEventHandler(name, () => {})
  }
  return () => {
    const next = decide(connection.state, connection.clientId, plan, random)
    plan = next.plan
    const { dx, dy, angle, shoots, launches, takes } = next.decision
    if (Math.hypot(dx - done.dx, dy - done.dy) > 0.08) {
      Object.assign(done, { dx, dy })
      connection.dispatchEvent('steer', { dx, dy }, { onFail })
    }
    if (shoots) connection.dispatchEvent('shoot', { angle }, { onFail })
    else if (Math.abs(angle - done.angle) > 0.08) connection.dispatchEvent('aim', { angle }, { onFail })
    done.angle = angle
    if (launches) connection.dispatchEvent('launch', { angle }, { onFail })
    if (takes !== undefined) connection.dispatchEvent('take', { id: takes }, { onFail })
  }
}

/** The files of a journal with a small snapshot and these records. */
async function bytesOnDisk(records: readonly Uint8Array[]): Promise<number> {
  const own = mkdtempSync(join(folder, 'journal-'))
  const journal = openJournal(own)
  await journal.open(console as never)
  journal.append('arena/1', 'snapshot', new Uint8Array(1))
  for (const bytes of records) journal.append('arena/1', 'record', bytes)
  await journal.close()
  const files = readdirSync(own).filter((name) => name.endsWith('.tgj'))
  const bytes = files.reduce((sum, name) => sum + statSync(join(own, name)).size, 0)
  rmSync(own, { recursive: true })
  return bytes
}
