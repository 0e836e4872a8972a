import type { StateOf } from '@tygase/gamestate'
import { openReplay } from '@tygase/record/replay'
import { describe, expect, test } from 'vitest'
import { saveRecording } from '../src/saving.js'
import { discs, play, predicted } from './stage.js'

describe('what happened', () => {
  test('is saved as a recording, which opens with the same states and events', async () => {
    const { simulation, probes } = await play(predicted())
    const [ada, bob] = simulation.clients.map(({ connection }) => connection)
    const [probe] = probes
    ada!.registerEventHandler('thrown', () => {})
    await simulation.step(500)
    ada!.dispatchEvent('run', { vx: 20 })
    ada!.dispatchEvent('run', { vx: 2000 }, { onFail: () => {} })
    await simulation.step(500)
    bob!.dispatchEvent('throwAll')
    await simulation.step(20_000)
    const { name, bytes } = await saveRecording(probe!, 1_000_000)
    expect(name).toMatch(/^[\w-]+-\d+\.tgr$/)
    const replay = await openReplay(bytes, discs)
    const { all } = probe!.versions
    expect([replay.firstTick, replay.lastTick]).toEqual([all[0]!.version, ada!.version])
    expect(replay.info).toMatchObject({
      gameVersion: 3,
      tickRate: 20,
      madeAtMs: Math.round(1_000_000 - replay.durationMs),
    })
    for (const { version, state } of all) {
      const read = await replay.at(version)
      const places = (map: Iterable<readonly [string, { x: number }]>) =>
        [...map].map(([id, { x }]) => [id, x.toFixed(2)])
      expect(places(read.discs), `${version}`).toEqual(places((state as StateOf<typeof discs>).discs))
    }
    const events = await replay.events()
    expect(events.map(({ name: event, data, refused }) => [event, data, refused])).toEqual([
      ['run', { vx: 20 }, undefined],
      ['run', { vx: 2000 }, 'too_fast'],
    ])
    expect(events[0]!.clientId).toBe(ada!.clientId)
    expect(await replay.serverEvents()).toMatchObject([
      { name: 'thrown', data: { id: bob!.clientId }, to: ada!.clientId },
    ])
    const player = await replay.play({ fromTick: ada!.version, rate: 0 })
    expect(Math.abs(player.time - ada!.time)).toBeLessThan(0.5)
    await simulation.end()
  })
})
