import { equalStates } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { openReplay, writeRecording } from '../../src/replay/index.js'
import { places, RecordedRun, type Runners, runners } from './stage.js'

function played(ticks: number): { tick: number; state: Runners }[] {
  const run = new RecordedRun({}, 5)
  run.play(ticks)
  return [...run.states].filter(([tick]) => tick >= 5).map(([tick, state]) => ({ tick, state }))
}

const about = { room: { kind: 'runners', id: 'r1' }, tickRate: 20, madeAtMs: 1234.5 }
const turn = { kind: 'event' as const, name: 'turn', clientId: 'a', data: { vx: 3 }, refused: undefined }

describe('a recording that a page writes', () => {
  test('has every state, over as many parts as it takes', async () => {
    const states = played(450)
    const replay = await openReplay(await writeRecording(runners, { ...about, states, untimedTicks: 2 }), runners)
    expect([replay.firstTick, replay.lastTick]).toEqual([5, 455])
    expect(replay.info).toEqual({
      kind: 'runners',
      id: 'r1',
      tickRate: 20,
      stateEveryTicks: 1,
      gameVersion: 7,
      madeAtMs: 1235,
    })
    for (const { tick, state } of states) expect(places(await replay.at(tick)), `${tick}`).toEqual(places(state))
    const player = await replay.play({ fromTick: 105, rate: 0 })
    expect(player.time).toBeCloseTo(103 / 20)
  })

  test('plays where ticks are missing, as over a network that has lost some', async () => {
    const states = played(100).filter(({ tick }) => tick % 7 === 0)
    const replay = await openReplay(await writeRecording(runners, { ...about, states }), runners)
    expect(places(await replay.at(48))).toEqual(places(states.find(({ tick }) => tick === 42)!.state))
  })

  test('has the events, each at the first state that may have it', async () => {
    const states = played(40).filter(({ tick }) => tick % 10 === 5)
    const events = [7, 15, 16, 44, 90].map((tick) => ({ ...turn, tick }))
    const serverEvents = [{ tick: 20, name: 'turned', data: { id: 'a' }, to: ['b'] }]
    const replay = await openReplay(await writeRecording(runners, { ...about, states, events, serverEvents }), runners)
    expect((await replay.events()).map(({ tick }) => tick)).toEqual([15, 15, 25, 45, 45])
    expect((await replay.events())[0]).toEqual({ ...turn, tick: 15 })
    expect(await replay.serverEvents()).toEqual([{ ...serverEvents[0], tick: 25 }])
  })

  test('of one state, and of a game that is not known, opens too', async () => {
    const states = played(1).slice(-1)
    const replay = await openReplay(await writeRecording(undefined, { ...about, states }), runners)
    expect([replay.info.gameVersion, replay.firstTick, replay.durationMs]).toEqual([0, 6, 0])
    expect(equalStates(await replay.at(6), states[0]!.state)).toBe(true)
  })

  test('needs states of rising ticks, and plain data', async () => {
    const states = played(3)
    const failing = (content: object): Promise<unknown> => writeRecording(runners, { ...about, states, ...content })
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    await expect(failing({ states: [] })).rejects.toEqual(invalid)
    await expect(failing({ states: [...states].reverse() })).rejects.toEqual(invalid)
    const failed = expect.objectContaining({ code: 'recording_failed' })
    await expect(failing({ events: [{ ...turn, tick: 7, data: new Date(0) }] })).rejects.toEqual(failed)
  })
})
