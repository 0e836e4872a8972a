import { defineGame, EntityMap } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import type { FeelLine } from '../../src/feel/feel-log.js'
import { type FeelOptions, measureFeel } from '../../src/feel/measure-feel.js'
import { links } from '../../src/links.js'

const game = defineGame({
  initialState: () => ({ players: new EntityMap<{ x: number; vx: number }>() }),
  tickRate: 20,
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { x: 0, vx: 100 }),
  timeStep: (state, dt) => {
    state.players.editEach((row) => {
      row.x += row.vx * dt
    })
  },
  events: (on) => ({
    turn: on((state, _data, ctx) => {
      state.players.edit(ctx.client.id).vx *= -1
    }),
  }),
})

const options: FeelOptions<typeof game> = {
  game,
  rows: (state) => Object.fromEntries([...state.players].map(([id, { x }]) => [id, [x, 0]])),
  topSpeed: 100,
  seconds: 5,
  seed: 4,
  play({ connection, clock, note }) {
    let direction = 1
    const press = (): void => {
      direction = -direction
      note({ kind: 'press', direction: [direction, 0] })
      connection.dispatchEvent('turn')
      clock.schedule(700, press)
    }
    clock.schedule(700, press)
  },
}

describe('measureFeel', () => {
  test('says that a press shows only after a round trip if nothing is predicted', async () => {
    const { presses, pressFramesP50, seconds } = await measureFeel({
      ...options,
      link: { ...links.lan, latencyMs: 60 },
    })
    expect(presses).toBeGreaterThan(5)
    expect(seconds).toBeCloseTo(5, 1)
    // 120 ms and the wait for a tick
    expect(pressFramesP50).toBeGreaterThan(6)
  })

  test('gives the same report and log for the same seed', async () => {
    const logs: FeelLine[][] = [[], []]
    const reports = [
      await measureFeel({ ...options, onLine: (line) => logs[0]!.push(line) }),
      await measureFeel({ ...options, onLine: (line) => logs[1]!.push(line) }),
    ]
    expect(reports[0]).toEqual(reports[1])
    expect(logs[0]).toEqual(logs[1])
    expect(new Set(logs[0]!.map(({ kind }) => kind))).toEqual(
      new Set(['settings', 'truth', 'frame', 'press', 'counts']),
    )
  })

  test('draws by the function that it is given', async () => {
    const { ownErrorP50 } = await measureFeel({
      ...options,
      drawn: ({ clientId, state, version }) => ({
        rows: { [clientId]: [state.players.get(clientId)!.x + 7, 0] },
        ownPlace: version,
        othersPlace: version,
      }),
    })
    expect(ownErrorP50).toBeGreaterThan(5)
  })

  test('stops the network for a stall, and goes on', async () => {
    const kinds: string[] = []
    await measureFeel({
      ...options,
      play: ({ clock, stall }) => void clock.schedule(4000, () => stall(500)),
      onLine: (line) => kinds.push(`${line.kind} ${line.kind === 'stall' ? line.atMs : ''}`),
    })
    expect(kinds.filter((kind) => kind.startsWith('stall'))).toHaveLength(1)
  })

  test.each([{ seconds: 0 }, { fps: 0.5 }, { topSpeed: -1 }, { rows: undefined }, { play: 5 }, { screen: true }])(
    'rejects with invalid_argument for %j',
    async (wrong) => {
      const given = { ...options, ...wrong } as unknown as FeelOptions<typeof game>
      await expect(measureFeel(given)).rejects.toMatchObject({ code: 'invalid_argument' })
    },
  )
})
