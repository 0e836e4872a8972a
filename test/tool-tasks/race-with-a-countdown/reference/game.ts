import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Car {
  x: number
  gas: boolean
  fault: boolean
  finishedAt: number | null
}

interface Race {
  phase: 'waiting' | 'countdown' | 'racing' | 'over'
  startsAt: number
  endsAt: number
  cars: EntityMap<Car>
  ranking: string[]
  /** Ids of the cars of this race. */
  starters: string[]
}

const goal = 100
const speed = 10
const countdownSeconds = 3
const raceSeconds = 60
const penaltySeconds = 1

const newCar = (): Car => ({ x: 0, gas: false, fault: false, finishedAt: null })

export const game = defineGame({
  initialState: (): Race => ({
    phase: 'waiting',
    startsAt: 0,
    endsAt: 0,
    cars: new EntityMap(),
    ranking: [],
    starters: [],
  }),
  tickRate: 20,
  onJoin: (state, ctx) => void state.cars.set(ctx.client.id, newCar()),
  onLeave(state, ctx) {
    const { id } = ctx.client
    state.cars.delete(id)
    state.ranking = state.ranking.filter((other) => other !== id)
    state.starters = state.starters.filter((other) => other !== id)
  },
  events: (on) => ({
    start: on((state, _, ctx) => {
      if (state.phase === 'countdown' || state.phase === 'racing') return ctx.reject('running', 'a race is on')
      if (state.cars.size < 2) return ctx.reject('too_few', 'a race takes two')
      state.starters = [...state.cars.keys()].map(String)
      for (const id of state.starters) state.cars.set(id, newCar())
      Object.assign(state, { phase: 'countdown', ranking: [] })
      state.startsAt = ctx.time + countdownSeconds
      state.endsAt = state.startsAt + raceSeconds
    }),
    gas: on(z.object({ on: z.boolean() }), (state, data, ctx) => {
      const { id } = ctx.client
      const car = state.cars.get(id)!
      if (state.phase === 'waiting' || state.phase === 'over') return ctx.reject('not_racing', 'there is no race')
      if (!state.starters.includes(id)) return ctx.reject('watching', 'you came too late for this race')
      if (car.fault && ctx.time < state.startsAt + penaltySeconds) return ctx.reject('false_start', 'wait a second')
      const row = state.cars.edit(id)
      // not refused: a refusal leaves no trace
      if (state.phase === 'countdown') {
        if (!data.on) return 'off'
        row.fault = true
        return 'false_start'
      }
      row.gas = data.on && car.finishedAt === null
      return row.gas ? 'on' : 'off'
    }),
  }),
  timeStep(state, dt, ctx) {
    if (state.phase === 'countdown' && ctx.time >= state.startsAt) state.phase = 'racing'
    if (state.phase !== 'racing') return
    for (const [id, { x, gas, finishedAt }] of state.cars) {
      if (!gas || finishedAt !== null) continue
      const car = state.cars.edit(id)
      car.x = Math.min(goal, x + speed * dt)
      if (car.x < goal) continue
      car.gas = false
      car.finishedAt = ctx.time - dt + (goal - x) / speed
      state.ranking.push(String(id))
    }
    const timeOf = (id: string): number => state.cars.get(id)?.finishedAt ?? Number.POSITIVE_INFINITY
    state.ranking.sort((a, b) => timeOf(a) - timeOf(b) || (a < b ? -1 : 1))
    const isDone = state.starters.every((id) => timeOf(id) < Number.POSITIVE_INFINITY)
    if (isDone || ctx.time >= state.endsAt) state.phase = 'over'
  },
})
