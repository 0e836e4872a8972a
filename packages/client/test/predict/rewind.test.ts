import { createRandom, defineGame, EntityMap } from '@tygase/gamestate'
import { datagrams, type Link, links, type SimulatedClient, simulate } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { predict } from '../../src/predict/index.js'
import { schemaOf } from '../support/schema.js'

interface Shot {
  /** Where the rule saw the target. */
  seenX: number
  hit: boolean
}

interface Gallery {
  targets: EntityMap<{ x: number; vx: number }>
  shots: EntityMap<Shot>
}

interface Aim {
  n: number
  target: string
  x: number
}

const isAim = schemaOf((value): value is Aim => typeof (value as Partial<Aim> | null)?.x === 'number')

/** Targets that turn at random, so that no client can know where they are: it has to be shown. */
const gallery = defineGame({
  initialState: (): Gallery => ({
    targets: new EntityMap(['a', 'b', 'c'].map((id, place) => [id, { x: place * 100, vx: 300 }])),
    shots: new EntityMap<Shot>(),
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
      isAim,
      (state, { n, target, x }, ctx) => {
        const seenX = ctx.seen.targets.get(target)?.x ?? Number.NaN
        state.shots.set(`${ctx.client.id}.${n}`, { seenX, hit: Math.abs(seenX - x) < 2 })
      },
      { rewind: true },
    ),
  }),
})

type Shooter = SimulatedClient<typeof gallery>

/** Shoots at the middle of targets as they are drawn, at random moments between frames of 60 a second. */
async function shoot(link: Link, seed: number, maxRewindMs = 1000) {
  const client = { game: gallery, predict: predict() }
  const server = { maxRewindMs }
  const simulation = await simulate({ game: gallery, clients: 1, seed, link, client, server })
  const { connection }: Shooter = simulation.clients[0]!
  const random = createRandom(seed, 9)
  const frames = async (count: number): Promise<void> => {
    for (let frame = 0; frame < count; frame++) {
      await simulation.step(16)
      connection.scene()
    }
  }
  await frames(250)
  const predicted: Shot[] = []
  for (let n = 0; n < 120; n++) {
    await frames(1 + Math.floor(random() * 20))
    const target = ['a', 'b', 'c'][Math.floor(random() * 3)]!
    const { x } = connection.scene().targets.get(target)!
    connection.dispatchEvent('shoot', { n, target, x }, { retries: 3 })
    predicted.push(connection.predicted.shots.get(`${connection.clientId}.${n}`)!)
  }
  await frames(150)
  const confirmed = predicted.map((_, n) => connection.state.shots.get(`${connection.clientId}.${n}`))
  return { predicted, confirmed, stats: simulation.server.stats, feel: connection.feel }
}

const networks: readonly (readonly [name: string, link: Link, leastExact: number, leastHits: number])[] = [
  ['lan', links.lan, 120, 120],
  ['wifi', links.wifi, 112, 100],
  ['wifi by datagrams', datagrams(links.wifi), 118, 118],
  ['mobile', links.mobile, 100, 95],
]

test.each(networks)(
  'on %s a rule sees at the server, to the bit, what it saw at the client that drew it, and hits what was drawn',
  async (_, link, leastExact, leastHits) => {
    const { predicted, confirmed, stats } = await shoot(link, 1)
    // the others came late, or while others were drawn where no version was yet
    const exact = confirmed.filter((shot, n) => Object.is(shot?.seenX, predicted[n]!.seenX)).length
    const hitsOf = (shots: readonly (Shot | undefined)[]): number => shots.filter((shot) => shot?.hit).length
    const [drawnHits, hits] = [hitsOf(predicted), hitsOf(confirmed)]
    expect(exact).toBeGreaterThanOrEqual(leastExact)
    // what both saw alike hits at both
    expect(hits).toBeGreaterThanOrEqual(drawnHits - (confirmed.length - exact))
    expect(hits).toBeGreaterThanOrEqual(leastHits)
    expect(stats.rewindsCut).toBeLessThanOrEqual(2 * stats.lateEvents)
  },
)

test('a server that rewinds less far than a network asks for shows that to the client: no hit is predicted that will not count', async () => {
  const { predicted, confirmed, stats, feel } = await shoot(links.mobile, 1, 200)
  const lost = predicted.filter((shot, n) => shot.hit && confirmed[n]?.hit !== true).length
  expect(feel.rewindsCut).toBeGreaterThan(50)
  expect(lost).toBeLessThanOrEqual(stats.rewindsCut + 2)
  expect(lost).toBeLessThan(10)
})
