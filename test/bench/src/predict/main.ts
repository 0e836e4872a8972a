// `npm run bench:predict [-- --check]`: what a rebase of a prediction costs, beside the same steps on plain mutable objects, and
// what a picture costs.
import { Predictor } from '@tygase/client/internal'
import { applyDelta, defineGame, EntityMap, encodeDelta, type Immutable, makeTick } from '@tygase/gamestate'
import { encodeValue } from '@tygase/gamestate/internal'
import { median } from '../median.js'
import { formatNumber } from '../report/format.js'

interface Disc {
  x: number
  y: number
  vx: number
  vy: number
  dx: number
  dy: number
  hp: number
  name: string
}

interface Field {
  discs: EntityMap<Disc>
}

/** Ticks from the newest version to the own place, and the two of them that have an own event. */
const depth = 6
const eventTicks = [2, 4]
const measureMs = 1500
const warmUps = 200

/** In ms and as a ratio to plain objects: what the project promises. */
const bars: readonly {
  readonly rows: number
  readonly isPart: boolean
  readonly ms: number
  readonly ratio: number
}[] = [
  { rows: 100, isPart: false, ms: 0.1, ratio: 2.5 },
  { rows: 1000, isPart: false, ms: 1, ratio: 2.5 },
  { rows: 5000, isPart: true, ms: 0.2, ratio: Number.POSITIVE_INFINITY },
]

function move(disc: Disc, dt: number): void {
  const share = 1 - Math.exp(-9 * dt)
  disc.vx += (disc.dx * 330 - disc.vx) * share
  disc.vy += (disc.dy * 330 - disc.vy) * share
  disc.x = Math.min(1572, Math.max(28, disc.x + disc.vx * dt))
  disc.y = Math.min(872, Math.max(28, disc.y + disc.vy * dt))
}

function gameOf(isPart: boolean) {
  const part = (state: Immutable<Field>, clientId: string): Immutable<Field> => ({
    ...state,
    discs: state.discs.pick([clientId]),
  })
  return defineGame({
    initialState: (): Field => ({ discs: new EntityMap<Disc>() }),
    tickRate: 30,
    timeStep: (state, dt) => state.discs.editEach((disc) => move(disc, dt)),
    events: (on) => ({
      steer: on((state, _, ctx) => {
        state.discs.edit(ctx.client.id).dx = 1
      }),
    }),
    precision: { discs: { x: 0.25, y: 0.25, vx: 1, vy: 1, dx: 0.01, dy: 0.01 } },
    motion: { discs: { fields: { x: 'linear', y: 'linear' } } },
    predictPart: isPart ? part : (state) => state,
  })
}

function discOf(index: number): Disc {
  const [dx, dy] = [Math.cos(index), Math.sin(index)]
  return { x: 100 + (index % 1400), y: 100 + (index % 700), vx: 10, vy: 5, dx, dy, hp: 100, name: `disc ${index}` }
}

/** Two versions as a client has them: the second one came as a delta. */
function versionsOf(game: ReturnType<typeof gameOf>, rows: number): readonly Immutable<Field>[] {
  const state = game.initialState()
  for (let index = 0; index < rows; index++) state.discs.set(`p${index}`, discOf(index))
  const options = { precision: game.precision }
  const first = makeTick(game, state, [], { tick: 1, seed: 1 }).state
  const second = makeTick(game, first, [], { tick: 2, seed: 1 }).state
  const here = applyDelta<Field>(undefined, encodeDelta(undefined, first, options))
  return [here, applyDelta<Field>(here, encodeDelta(first, second, options))]
}

/** @returns the median of the times of many calls, in ms */
function timeOf(work: (round: number) => void): number {
  for (let round = 0; round < warmUps; round++) work(round)
  const times: number[] = []
  const endMs = performance.now() + measureMs
  for (let round = 0; performance.now() < endMs; round++) {
    const startMs = performance.now()
    work(round)
    times.push(performance.now() - startMs)
  }
  return median(times)
}

function rebaseMs(rows: number, isPart: boolean): number {
  const game = gameOf(isPart)
  const versions = versionsOf(game, rows)
  const client = Object.freeze({ id: 'p0', userId: undefined, name: undefined, isHost: false, data: undefined })
  const predictor = new Predictor<Field>(1, versions[0]!, {
    game,
    maxAheadTicks: 15,
    client: () => client,
    timeOf: (tick) => tick / game.tickRate,
    onDispatch: () => {},
    onRefused: (rule, reason) => {
      throw new Error(`${rule} cannot be predicted: ${String(reason)}`)
    },
  })
  const payload = encodeValue(undefined)
  for (const tick of eventTicks) predictor.add({ sequence: tick, name: 'steer', payload, tick: tick + 1, atMs: 0 })
  return timeOf((round) => {
    predictor.confirm(1, versions[round % 2]!, () => true)
    predictor.at(1 + depth)
  })
}

/**
 * The same on plain mutable objects.
 * @param keeps true: each tick begins with a copy, because pictures are drawn between two ticks and a rebase begins anew
 */
function plainMs(rows: number, keeps: boolean): number {
  const base = new Map<string, Disc>()
  for (let index = 0; index < rows; index++) base.set(`p${index}`, discOf(index))
  return timeOf(() => {
    const kept: Map<string, Disc>[] = []
    let discs = base
    for (let tick = 0; tick < depth; tick++) {
      if (keeps) {
        discs = new Map(discs)
        for (const [id, disc] of discs) discs.set(id, { ...disc })
        kept.push(discs)
      }
      for (const disc of discs.values()) move(disc, 1 / 30)
    }
  })
}

/** A picture between two versions in which all rows move. */
function pictureMs(rows: number): number {
  const { motion } = gameOf(false)
  const [from, to] = versionsOf(gameOf(false), rows)
  return timeOf((round) => void motion!.blend(from!, to!, ((round % 30) + 1) / 32))
}

let isWithin = true
for (const { rows, isPart, ms: mostMs, ratio: mostRatio } of bars) {
  const [ms, plain, inPlace] = [rebaseMs(rows, isPart), plainMs(rows, true), plainMs(rows, false)]
  isWithin &&= ms <= mostMs && ms / inPlace <= mostRatio
  const ratio = (reference: number): string => `${formatNumber(ms / reference)} times`
  console.log(`${rows} rows${isPart ? ', own row by predictPart' : ''}: a rebase of ${depth} ticks`)
  console.log(`  takes ${formatNumber(ms)} ms, at most ${mostMs}`)
  const bar = isPart ? '' : `, at most ${mostRatio}`
  console.log(`  ${ratio(plain)} as long as plain objects that are copied for each tick (${formatNumber(plain)} ms)`)
  console.log(
    `  ${ratio(inPlace)} as long as plain objects that are changed in place (${formatNumber(inPlace)} ms)${bar}`,
  )
}
for (const [rows, mostMs] of [
  [100, 0.03],
  [1000, 0.2],
] as const) {
  const ms = pictureMs(rows)
  isWithin &&= ms <= mostMs
  console.log(`${rows} rows: a picture between two versions takes ${formatNumber(ms)} ms, at most ${mostMs}`)
}
if (process.argv.includes('--check') && !isWithin) process.exitCode = 1
