import { predict } from '@tygase/client/predict'
import { createRandom, defineGame, EntityMap, equalStates, type Immutable } from '@tygase/gamestate'
import { links, MemoryJournal, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { z } from 'zod'

interface Gallery {
  targets: EntityMap<{ x: number; vx: number }>
  /** Where the rule saw the target, by shot. */
  shots: EntityMap<{ seenX: number }>
}

/** Targets that turn at random: where they were is known to those alone who keep it. */
const gallery = defineGame({
  initialState: (): Gallery => ({
    targets: new EntityMap(['a', 'b', 'c'].map((id, place) => [id, { x: place * 100, vx: 300 }])),
    shots: new EntityMap(),
  }),
  tickRate: 30,
  precision: { targets: { x: 0.1 } },
  motion: { targets: { fields: { x: 'linear' } } },
  timeStep(state, dt, ctx) {
    for (const id of state.targets.keys()) {
      const target = state.targets.edit(id)
      if (ctx.random() < 0.1) target.vx = -target.vx
      target.x += target.vx * dt
    }
  },
  events: (on) => ({
    shoot: on(
      z.object({ shot: z.string(), target: z.string() }),
      (state, { shot, target }, ctx) => {
        state.shots.set(shot, { seenX: ctx.seen.targets.get(target)?.x ?? Number.NaN })
      },
      { rewind: true },
    ),
  }),
})

it.each(['a crash', 'a hand-over'])(
  'rules look back at what screens showed before %s, as they did there',
  async (end) => {
    const journal = new MemoryJournal()
    const play = await simulate({
      define: (server) => server.define('gallery', gallery, { maxRewindMs: 1000, save: { journal, snapshotMs: 1000 } }),
      client: { game: gallery, predict: predict() },
      clients: ['/gallery/1'],
      link: links.wifi,
      seed: 5,
    })
    const random = createRandom(5, 9)
    const store = () => play.server.rooms.get('gallery/1')!.store
    const stateOf = () => store().state as unknown as Immutable<Gallery>
    const drawn = new Map<string, number | undefined>()
    let count = 0
    const shoot = async (shots: number): Promise<void> => {
      for (const last = count + shots; count < last; ) {
        for (let frames = 1 + Math.floor(random() * 10); frames > 0; frames--) {
          await play.step(16)
          for (const { connection } of play.clients) connection.scene()
        }
        for (const { connection } of play.clients) {
          const shot = `${connection.clientId}.${count++}`
          const target = ['a', 'b', 'c'][Math.floor(random() * 3)]!
          connection.dispatchEvent('shoot', { shot, target }, { retries: Number.POSITIVE_INFINITY })
          drawn.set(shot, connection.predicted.shots.get(shot)?.seenX)
        }
      }
    }
    await play.step(3000)
    await shoot(20)
    const { version } = store()
    const before = stateOf()
    if (end === 'a crash') play.serverProcess.crash()
    await play.serverProcess.restart(end === 'a crash' ? { downMs: 100 } : undefined)
    // the rules of the next process have seen again where the targets were
    expect(equalStates(store().at(version) as unknown as Immutable<Gallery>, before)).toBe(true)
    await play.runUntil(() => play.clients.every(({ connection }) => connection.status === 'connected'))
    // until the clock of the client follows that of the next process
    await play.step(5000)
    await shoot(20)
    await play.step(1500)
    const seen = [...drawn].map(([shot, seenX]) => [seenX, stateOf().shots.get(shot)?.seenX] as const)
    expect(seen.filter(([, at]) => at === undefined)).toEqual([])
    const exact = seen.filter(([client, server]) => Object.is(client, server)).length
    // one or another was under way meanwhile
    expect(exact).toBeGreaterThanOrEqual(36)
    await play.end()
  },
)
