import { VirtualClock } from '@tygase/testkit/internal'
import { beforeEach, describe, expect, test } from 'vitest'
import { openReplay, type Replay, rewind } from '../../src/replay/index.js'
import { places, RecordedRun, runners } from './stage.js'

const stepMs = 50

let run: RecordedRun
let replay: Replay<typeof runners>
let clock: VirtualClock

beforeEach(async () => {
  run = new RecordedRun({ keyframeMs: 2000 })
  run.play(100)
  replay = await openReplay(await run.stop(), runners)
  // its parts are at hand: how long they take to load is not this test's matter
  await replay.events()
  clock = new VirtualClock()
})

/** Time goes on in small steps, and parts of the recording are loaded meanwhile. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(Math.min(10, ms - passed))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a player', () => {
  test('has the state of each tick at its time, to the end, and stands still there', async () => {
    const player = await replay.play({ clock })
    const seen: [number, unknown][] = [[0, places(player.state)]]
    player.subscribe((state) => seen.push([Math.round(player.tick), places(state)]))
    await pass(100 * stepMs + 200)
    expect(seen.filter(([tick], place) => tick !== seen[place + 1]?.[0])).toEqual(
      Array.from({ length: 101 }, (_, tick) => [tick, places(run.states.get(tick)!)]),
    )
    expect([player.tick, player.ended, player.gameRunning]).toEqual([100, true, false])
    expect(player.time).toBe(5)
  })

  test('draws between two states', async () => {
    const player = await replay.play({ clock, fromTick: 30 })
    await pass(stepMs / 2)
    const [before, after] = [await replay.at(30), await replay.at(31)]
    const x = (state: typeof before): number => state.runners.get('a')!.x
    expect(player.tick).toBe(30.5)
    expect(player.scene().runners.get('a')!.x).toBeCloseTo((x(before) + x(after)) / 2, 5)
    expect(player.scene()).toBe(player.scene())
    expect(player.between(stepMs)).toEqual({ from: await replay.at(29), to: before, alpha: 0.5 })
    player.close()
  })

  test('goes at its rate, stands still at 0, and goes on', async () => {
    const player = await replay.play({ clock, rate: 2 })
    const changes: boolean[] = []
    player.onGameChange(() => changes.push(player.gameRunning))
    await pass(10 * stepMs)
    expect(player.tick).toBeCloseTo(20, 9)
    player.rate = 0
    await pass(500)
    expect(player.tick).toBeCloseTo(20, 9)
    expect(places(player.state)).toEqual(places(run.states.get(20)!))
    player.rate = 0.5
    await pass(10 * stepMs)
    expect(player.tick).toBeCloseTo(25, 9)
    expect(changes).toEqual([false, true])
    expect(() => {
      player.rate = -1
    }).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    player.close()
  })

  test('goes to any tick, and on from there, also from its end', async () => {
    const player = await replay.play({ clock })
    const seen: unknown[] = []
    player.subscribe(
      (state) => state.round,
      () => {},
    )
    player.subscribe((state) => seen.push(places(state)))
    for (const tick of [70, 20, 19, 99, 0]) {
      await player.seek(tick)
      expect([player.tick, places(player.state)]).toEqual([tick, places(run.states.get(tick)!)])
      expect(seen.at(-1)).toEqual(places(run.states.get(tick)!))
    }
    await player.seek(1e9)
    expect(player.ended).toBe(true)
    await player.seek(98)
    await pass(stepMs)
    expect(player.tick).toBeCloseTo(99, 9)
    await expect(player.seek(Number.NaN)).rejects.toMatchObject({ code: 'invalid_argument' })
    player.close()
  })

  test('that is sent to two ticks goes to the last one', async () => {
    const player = await replay.play({ clock, rate: 0 })
    await Promise.all([player.seek(90), player.seek(45)])
    expect(player.tick).toBe(45)
    player.close()
  })

  test('hands out the events that rules sent to all and to its client, each once', async () => {
    const player = await replay.play({ clock, clientId: 'a' })
    const turned: string[] = []
    const secrets: string[] = []
    player.registerEventHandler('turned', ({ id }) => turned.push(id))
    const off = player.registerEventHandler('secret', (text) => secrets.push(text))
    await pass(60 * stepMs)
    const sent = await replay.serverEvents(1, 60)
    expect(turned).toHaveLength(sent.filter(({ name }) => name === 'turned').length)
    expect(secrets).toHaveLength(sent.filter(({ to }) => to === 'a').length)
    expect(secrets.length).toBeGreaterThan(3)
    off()
    await pass(60 * stepMs)
    expect(secrets).toHaveLength(sent.filter(({ to }) => to === 'a').length)
  })

  test('selects as a connection does', async () => {
    const player = await replay.play({ clock })
    const ids: (string | undefined)[] = []
    player.subscribe(
      (state) => [...state.runners.keys()].join(),
      (value, previous) => ids.push(value, previous),
    )
    const immediate: number[] = []
    player.subscribe((state) => immediate.push(state.runners.size), { immediate: true })
    await pass(2 * stepMs)
    expect(ids).toEqual(['a,b,c', ''])
    expect(immediate).toEqual([0, 3, 3])
    player.close()
  })

  test('that is closed says nothing more', async () => {
    const player = await replay.play({ clock })
    let calls = 0
    player.subscribe(() => calls++)
    player.close()
    await pass(10 * stepMs)
    expect(calls).toBe(0)
    expect(player.gameRunning).toBe(false)
    expect(clock.pending).toBe(0)
  })

  test('waits for a part that is not there yet', async () => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const source = {
      game: runners,
      tickRate: 20,
      stateEveryTicks: 1,
      firstTick: 0,
      lastTick: 100,
      load: async (tick: number) => {
        if (tick > 0) await gate
        return replay.chunkAt(tick)
      },
    }
    const { Player } = await import('../../src/replay/player.js')
    const player = await Player.open(source, { clock })
    await pass(60 * stepMs)
    expect(player.tick).toBe(40)
    open()
    await pass(10 * stepMs)
    expect(player.tick).toBeCloseTo(50, 0)
    expect(places(player.state)).toEqual(places(run.states.get(Math.floor(player.tick))!))
    player.close()
  })

  test.each([[{ rate: 65 }], [{ rate: Number.NaN }], [{ fromTick: Number.NaN }], [{ speed: 1 } as object]])(
    'with the options %j is refused with invalid_argument',
    async (options) => {
      await expect(replay.play(options)).rejects.toMatchObject({ code: 'invalid_argument' })
    },
  )
})

describe('rewind', () => {
  test('plays the last versions that a client has kept, while new ones come', async () => {
    const { store, tickRate } = run.machine
    const connection = { clientId: 'a', store, tickRate, time: run.machine.time }
    const cam = await rewind(connection, runners, { lastMs: 500, clock })
    expect([cam.clientId, cam.tick, cam.lastTick]).toEqual(['a', 90, 100])
    run.play(50)
    await pass(stepMs)
    expect(cam.tick).toBeCloseTo(91, 9)
    expect(places(cam.state)).toEqual(places(run.states.get(91)!))
    expect(cam.time).toBeCloseTo(4.55, 9)
    await pass(9 * stepMs)
    expect(cam.ended).toBe(true)
    expect(cam.state).toBe(run.states.get(100))
  })

  test('begins with the oldest version that there is, and refuses no time at all', async () => {
    const { store, tickRate, time } = run.machine
    const connection = { clientId: 'a', store, tickRate, time }
    expect((await rewind(connection, runners, { lastMs: 1e6, clock })).tick).toBe(store.oldestVersion)
    await expect(rewind(connection, runners, { lastMs: 0 })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
