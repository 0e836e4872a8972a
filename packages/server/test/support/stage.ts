import { defineGame, EntityMap, event, GameStateMachine, GameStateStore, type Logger } from '@tygase/gamestate'
import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/sim'
import { Server, type ServerOptions } from '../../src/index.js'
import { schemaOf } from './schema.js'
import { VirtualClient } from './virtual-client.js'

export interface Field {
  sum: number
  here: EntityMap<{ since: number }>
}

/** Ticks 20 times a second. */
export const field = defineGame({
  initialState: (): Field => ({ sum: 0, here: new EntityMap<{ since: number }>() }),
  tickRate: 20,
  serverEvents: { news: event<string>(), added: event<number>() },
  events: (on) => ({
    add: on(
      schemaOf((value) => typeof value === 'number'),
      (state, amount, ctx) => {
        state.sum += amount
        ctx.dispatch('added', amount)
        return state.sum
      },
    ),
    whisper: on(
      schemaOf((value) => typeof value === 'string'),
      (_state, to, ctx) => {
        ctx.dispatch('added', 0, { to })
      },
    ),
  }),
  onJoin: (state, ctx) => {
    state.here.set(ctx.clientId, { since: ctx.tick })
  },
  onLeave: (state, ctx) => {
    state.here.delete(ctx.clientId)
  },
})

export const quickLink: LinkConditions = {
  latencyMs: 10,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reliable: true,
}

/** What was logged, by level. */
export class LogBook implements Logger {
  readonly errors: string[] = []
  readonly warnings: string[] = []

  debug(): void {}
  info(): void {}

  warn(_details: object, message: string): void {
    this.warnings.push(message)
  }

  error(_details: object, message: string): void {
    this.errors.push(message)
  }
}

/** A server of `field` in virtual time, and how to join it. */
export async function setStage(options: Partial<ServerOptions<typeof field>> = {}) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const store = new GameStateStore(field.initialState(), { maxVersions: 1000 })
  const machine = new GameStateMachine(store, field, { logger: log })
  const random = createSeededRandom(5)
  const server = new Server(store, { eventWire: machine, clock, random, logger: log, ...options })
  await server.run({ port: false })
  let seed = 100
  const newLink = (conditions: LinkConditions | readonly [LinkConditions, LinkConditions]): SimulatedLink =>
    new SimulatedLink(clock, createSeededRandom(seed++), conditions)
  const dial = (conditions: Parameters<typeof newLink>[0] = quickLink): SimulatedLink => {
    const link = newLink(conditions)
    server.acceptTransport(link.ends[1])
    return link
  }
  const join = (conditions: LinkConditions | readonly [LinkConditions, LinkConditions] = quickLink) => {
    const link = dial(conditions)
    const client = new VirtualClient<Field>(clock, link.ends[0], seed)
    return { client, link }
  }
  return { clock, log, store, machine, server, newLink, dial, join }
}
