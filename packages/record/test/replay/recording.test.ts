import { Writable } from 'node:stream'
import { applyDelta, encodeDelta, type StateOf } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { record } from '../../src/index.js'
import { openReplay, type RangeSource } from '../../src/replay/index.js'
import { places, RecordedRun, type Runners, runners } from './stage.js'

/** A state with the precision of the game. */
function rounded(state: Runners): Runners {
  return applyDelta<StateOf<typeof runners>>(
    undefined,
    encodeDelta<object>(undefined, state, { precision: { runners: { x: 0.01 } } as never }),
  )
}

describe('a recording', () => {
  test('has the state after each tick, with the precision of the game', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 }, 17)
    run.play(95)
    const replay = await openReplay(await run.stop(), runners)
    expect([replay.firstTick, replay.lastTick]).toEqual([17, 112])
    expect(replay.durationMs).toBe(4750)
    for (let tick = 17; tick <= 112; tick++) {
      expect(await replay.at(tick), `tick ${tick}`).toEqual(rounded(run.states.get(tick)!))
    }
  })

  test('gives any tick first, whichever it is', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.play(80)
    const bytes = await run.stop()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 8 }), async (ticks) => {
        const replay = await openReplay(bytes, runners)
        for (const tick of ticks) expect(places(await replay.at(tick))).toEqual(places(run.states.get(tick)!))
      }),
      { numRuns: 50 },
    )
  })

  test('says what it is', async () => {
    const run = new RecordedRun()
    run.play(3)
    expect((await openReplay(await run.stop(), runners)).info).toEqual({
      kind: 'runners',
      id: '1',
      gameVersion: 7,
      tickRate: 20,
      stateEveryTicks: 1,
      madeAtMs: 1000,
    })
  })

  test('takes the nearest tick for one outside, and the one before for a fraction', async () => {
    const run = new RecordedRun({}, 10)
    run.play(20)
    const replay = await openReplay(await run.stop(), runners)
    expect(await replay.at(-5)).toBe(await replay.at(10))
    expect(await replay.at(1e9)).toBe(await replay.at(30))
    expect(await replay.at(20.9)).toBe(await replay.at(20))
    await expect(replay.at(Number.NaN)).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('has what reached the rules, and what rules sent, tick by tick', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.step()
    run.turn(5)
    run.turn(5000)
    run.step()
    run.machine.push({ kind: 'event', name: 'turn', data: null })
    run.machine.push({
      kind: 'leave',
      client: { id: 'c', userId: undefined, name: undefined, isHost: false, data: {} },
    })
    run.step()
    run.play(60)
    const replay = await openReplay(await run.stop(), runners)
    expect(await replay.events(1, 3)).toEqual([
      ...['a', 'b', 'c'].map((id) => ({
        ...{ tick: 1, kind: 'join', name: '', clientId: id, data: { name: `disc ${id}` }, refused: undefined },
      })),
      { tick: 2, kind: 'event', name: 'turn', clientId: 'a', data: { vx: 5 }, refused: undefined },
      { tick: 2, kind: 'event', name: 'turn', clientId: 'b', data: { vx: 5000 }, refused: 'too_fast' },
      { tick: 3, kind: 'event', name: 'turn', clientId: undefined, data: null, refused: 'event_invalid' },
      { tick: 3, kind: 'leave', name: '', clientId: 'c', data: undefined, refused: undefined },
    ])
    expect(await replay.serverEvents(0, 2)).toEqual([
      { tick: 2, name: 'turned', data: { id: 'a' }, to: 'all' },
      { tick: 2, name: 'secret', data: 'for you', to: 'a' },
    ])
    const all = await replay.events()
    expect(all.filter(({ kind }) => kind === 'event')).toHaveLength(3 + 20)
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(all.length)
  })

  test('has no name of a user, and what `redact` gives in place of states and events', async () => {
    const hidden = new RecordedRun({
      redact: {
        state: (state) => ({ ...state, runners: state.runners.pick(['a', 'b']) }),
        event: (each) =>
          each.kind === 'join' ? { ...each, data: undefined } : each.name === 'turn' ? undefined : each,
        serverEvent: (each) => (each.name === 'secret' ? undefined : each),
      },
    })
    hidden.play(30)
    const replay = await openReplay(await hidden.stop(), runners)
    expect((await replay.events()).map(({ kind, data }) => [kind, data])).toEqual(Array(3).fill(['join', undefined]))
    expect(new Set((await replay.serverEvents()).map(({ name }) => name))).toEqual(new Set(['turned']))
    expect([...(await replay.at(30)).runners.keys()]).toEqual(['a', 'b'])
    const open = new RecordedRun()
    open.play(30)
    const all = await (await openReplay(await open.stop(), runners)).events()
    expect(JSON.stringify(all)).not.toContain('real name')
  })

  test('has the state of every n-th tick, about ten a second by default, and events in their own', async () => {
    const run = new RecordedRun({ keyframeMs: 2500, stateEveryTicks: undefined as never })
    run.play(75)
    const replay = await openReplay(await run.stop(), runners)
    expect(replay.info.stateEveryTicks).toBe(2)
    for (const tick of [0, 10, 20, 52, 72]) {
      expect(places(await replay.at(tick))).toEqual(places(run.states.get(tick)!))
      expect(await replay.at(tick + 1)).toBe(await replay.at(tick))
    }
    // the last one is always there
    expect(places(await replay.at(75))).toEqual(places(run.states.get(75)!))
    expect((await replay.events()).filter(({ kind }) => kind === 'event').map(({ tick }) => tick)).toEqual(
      Array.from({ length: 25 }, (_, place) => 3 * place + 1),
    )
    const player = await replay.play({ rate: 0, fromTick: 31 })
    const [before, after] = [run.states.get(30)!, run.states.get(32)!]
    const x = (before.runners.get('a')!.x + after.runners.get('a')!.x) / 2
    expect(player.scene().runners.get('a')!.x).toBeCloseTo(x, 1)
    player.close()
  })

  test('keeps 7 digits of numbers with a fraction in events, and all of whole ones', async () => {
    const run = new RecordedRun()
    const data = { vx: 1 / 3, big: 2 ** 52, list: [1e300, 1e-300, Number.NaN, -0] }
    run.machine.push({ kind: 'event', name: 'turn', data })
    run.step()
    const [, , , event] = await (await openReplay(await run.stop(), runners)).events()
    expect(event!.data).toEqual({ ...data, vx: Math.fround(1 / 3) })
  })

  test('keeps ticks in a pause, and game time', async () => {
    const run = new RecordedRun()
    run.play(10)
    run.machine.push({
      kind: 'leave',
      client: { id: 'c', userId: undefined, name: undefined, isHost: false, data: {} },
    })
    run.step(false)
    run.step(false)
    run.play(10)
    const replay = await openReplay(await run.stop(), runners)
    const player = await replay.play({ rate: 0 })
    await player.seek(22)
    expect(player.time).toBe(1)
    await player.seek(10)
    expect(player.time).toBe(0.5)
    player.close()
  })

  test('of a room in which nothing happens takes next to nothing, and has all of its ticks', async () => {
    const run = new RecordedRun({ redact: { state: () => runners.initialState() } })
    for (let tick = 0; tick < 2000; tick++) run.step()
    const bytes = await run.stop()
    expect((await openReplay(bytes, runners)).lastTick).toBe(2000)
  })

  test('ends with its room', async () => {
    const run = new RecordedRun()
    run.play(20)
    run.machine.run({ now: () => 0, schedule: () => () => {} })
    run.room.status = 'closing'
    run.machine.stop()
    await run.recording.stop()
    expect(run.sink.writableFinished).toBe(true)
    expect((await openReplay(run.sink.bytes, runners)).lastTick).toBe(20)
  })
})

describe('a recording that was cut off', () => {
  test('anywhere plays up to its last whole part, or has none', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.play(60)
    const whole = await run.stop()
    const lasts = new Set<number>()
    for (let length = 0; length < whole.length; length += 7) {
      try {
        const replay = await openReplay(whole.slice(0, length), runners)
        expect(places(await replay.at(replay.lastTick))).toEqual(places(run.states.get(replay.lastTick)!))
        lasts.add(replay.lastTick)
      } catch (error) {
        expect(['recording_invalid', 'recording_damaged']).toContain((error as { code: string }).code)
      }
    }
    expect([...lasts]).toEqual([20, 40, 60])
  })
})

describe('bytes of a stranger', () => {
  test('that are no recording, or of another format, are refused with recording_invalid', async () => {
    const run = new RecordedRun()
    const bytes = await run.stop()
    await expect(openReplay(new Uint8Array(100), runners)).rejects.toMatchObject({ code: 'recording_invalid' })
    bytes[4] = 9
    await expect(openReplay(bytes, runners)).rejects.toMatchObject({ code: 'recording_invalid' })
  })

  test('with any byte changed are refused with a code, or give states of the recording', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.play(30)
    const whole = await run.stop()
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = whole.slice()
        bytes[at]! ^= flip
        try {
          const replay = await openReplay(bytes, runners)
          for (const tick of [0, 15, 30]) expect(places(await replay.at(tick))).toEqual(places(run.states.get(tick)!))
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^recording_/)
        }
      }),
    )
  })
})

describe('a source that is read in parts', () => {
  test('gives a tick with three reads: the beginning, the table, and a part', async () => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.play(20 * 600)
    const bytes = await run.stop()
    const reads: number[] = []
    const source: RangeSource = {
      size: async () => bytes.length,
      read: async (start, end) => {
        reads.push(end - start)
        return bytes.slice(start, end)
      },
    }
    const replay = await openReplay(source, runners)
    expect(places(await replay.at(7777))).toEqual(places(run.states.get(7777)!))
    expect(reads).toHaveLength(3)
    expect(reads.reduce((sum, each) => sum + each)).toBeLessThan(bytes.length / 3)
    await replay.at(7778)
    expect(reads).toHaveLength(3)
  })

  test('that fails is asked again', async () => {
    const run = new RecordedRun()
    run.play(10)
    const bytes = await run.stop()
    let fails = false
    const source: RangeSource = {
      size: async () => bytes.length,
      read: async (start, end) => {
        if (fails) throw new Error('offline')
        return bytes.slice(start, end)
      },
    }
    const replay = await openReplay(source, runners)
    fails = true
    await expect(replay.at(5)).rejects.toThrow('offline')
    fails = false
    expect(places(await replay.at(5))).toEqual(places(run.states.get(5)!))
  })
})

describe('a stream', () => {
  test('that fails ends the recording with recording_failed and its cause, and the room goes on', async () => {
    const run = new RecordedRun()
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) })
    const lines: unknown[] = []
    const logger = { debug() {}, info() {}, warn() {}, error: (details: object) => void lines.push(details) }
    const recording = record(run.room, broken, { logger })
    run.play(20)
    await expect(recording.stop()).rejects.toMatchObject({
      code: 'recording_failed',
      cause: { message: 'disk full' },
    })
    expect(lines).toHaveLength(1)
    expect(run.machine.tick).toBe(20)
  })

  test('that is closed by another hand ends the recording with recording_failed', async () => {
    const run = new RecordedRun()
    run.sink.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    await expect(run.recording.stop()).rejects.toMatchObject({ code: 'recording_failed' })
  })

  test('that takes nothing ends the recording before it fills the memory', async () => {
    const run = new RecordedRun()
    const stuck = new Writable({ write() {} })
    Object.defineProperty(stuck, 'writableLength', { value: 65 * 1024 * 1024 })
    const recording = record(run.room, stuck, { logger: false, keyframeMs: 1000 })
    run.play(21)
    await expect(recording.stop()).rejects.toMatchObject({ code: 'recording_failed' })
  })
})

test.each([[{ keyframeMs: 1 }], [{ other: true } as object]])(
  'the options %j are refused with invalid_argument',
  (options) => {
    const run = new RecordedRun()
    expect(() => record(run.room, run.sink, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)
