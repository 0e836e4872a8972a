import type { ConnectOptions } from '@tygase/client'
import type { DevtoolsHook } from '@tygase/client/internal'
import { predict } from '@tygase/client/predict'
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { links, type Simulation, simulate } from '@tygase/testkit'
import * as z from 'zod'
import type { Probe } from '../src/probes/probe.js'
import { Registry } from '../src/registry.js'

interface Disc {
  name: string
  x: number
  y: number
  vx: number
}

/** Discs that run along a line, and that can be thrown elsewhere by others. */
export const discs = defineGame({
  version: 3,
  tickRate: 20,
  initialState: () => ({ round: 0, discs: new EntityMap<Disc>() }),
  onJoin: (state, { client }) => void state.discs.set(client.id, { name: `disc ${client.id}`, x: 0, y: 0, vx: 0 }),
  onLeave: (state, { client }) => void state.discs.delete(client.id),
  serverEvents: { thrown: event<{ id: string }>() },
  events: (on) => ({
    run: on(z.object({ vx: z.number() }), (state, { vx }, ctx) => {
      if (Math.abs(vx) > 1000) return ctx.reject('too_fast', 'discs are not so fast')
      state.discs.edit(ctx.client.id).vx = vx
    }),
    throwAll: on((state, _, ctx) => {
      state.discs.editEach((disc) => {
        disc.x += 100
      })
      ctx.dispatch('thrown', { id: ctx.client.id })
    }),
  }),
  timeStep(state, dt) {
    state.discs.editEach((disc) => {
      disc.x += disc.vx * dt
    })
  },
  precision: { discs: { x: 0.01 } },
  motion: { discs: { fields: { x: 'linear' } } },
})

/** Where `connect` looks for devtools. */
export const page = globalThis as { tygaseHook?: DevtoolsHook | undefined }

/** A game of two clients in virtual time, and what the devtools see of both. */
export interface Play {
  readonly simulation: Simulation<typeof discs>
  readonly registry: Registry
  readonly probes: readonly Probe[]
}

/** The devtools are in the page while its clients connect. */
export async function play(client: Partial<ConnectOptions<typeof discs>> = {}, latencyMs = 40): Promise<Play> {
  const registry = new Registry()
  page.tygaseHook = registry.add
  try {
    const simulation = await simulate({
      game: discs,
      clients: 2,
      seed: 1,
      link: { ...links.lan, latencyMs, jitterMs: 0 },
      client: client as never,
    })
    return { simulation, registry, probes: registry.probes }
  } finally {
    delete page.tygaseHook
  }
}

export const predicted = (): Partial<ConnectOptions<typeof discs>> => ({ predict: predict() }) as never
