import { z } from 'zod'
import {
  defineGame,
  EntityMap,
  event,
  GameStateMachine,
  GameStateStore,
  type Logger,
  type MachineOptions,
  type Outcome,
  type RuleClient,
  type RuleContext,
} from '../../src/index.js'

export interface Play {
  steps: number
  seconds: number
  log: string[]
  rows: EntityMap<{ x: number; y: number }>
}

/** What a test wants its rules to do. */
export interface Hooks {
  timeStep?: (state: Play, dt: number, ctx: RuleContext) => void
  act?: (state: Play, what: string, ctx: RuleContext) => unknown
}

/** A small game whose rules a test can set. */
export function definePlay(hooks: Hooks, tickRate = 50) {
  return defineGame({
    initialState: (): Play => ({ steps: 0, seconds: 0, log: [], rows: new EntityMap([['r', { x: 0, y: 0 }]]) }),
    tickRate,
    timeStep: (state, dt, ctx) => hooks.timeStep?.(state, dt, ctx as RuleContext),
    serverEvents: { news: event<unknown>() },
    events: (on) => ({
      note: on(z.string(), (state, text) => {
        state.log.push(text)
      }),
      act: on(z.string(), (state, what, ctx) => hooks.act?.(state, what, ctx as RuleContext)),
      fail: on((state) => {
        state.log.push('never seen')
        throw new Error('rule error')
      }),
    }),
    onJoin: (state, ctx) => {
      state.log.push(`${ctx.client.id} joined`)
    },
    onLeave: (state, ctx) => {
      state.log.push(`${ctx.client.id} left`)
    },
  })
}

export const clientOf = (id: string): RuleClient => ({
  id,
  userId: undefined,
  name: undefined,
  isHost: false,
  data: undefined,
})

/** A machine at play, with the outcomes of its events and the log. */
export function startPlay(hooks: Hooks = {}, options: MachineOptions = {}, tickRate = 50) {
  const game = definePlay(hooks, tickRate)
  const store = new GameStateStore(game.initialState(), { maxVersions: 200 })
  const outcomes: [name: string, Outcome][] = []
  const logged: [level: string, message: string, error: unknown][] = []
  const log =
    (level: string) =>
    (details: object, message: string): void =>
      void logged.push([level, message, (details as { err?: unknown }).err])
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const machine = new GameStateMachine(store, game, { logger, ...options })
  let sequence = 0
  const push = (name: string, data?: unknown, clientId = 'c1'): void => {
    sequence++
    const refusal = machine.push({ kind: 'event', name, data, client: clientOf(clientId), sequence })
    if (refusal !== undefined) outcomes.push([name, refusal])
  }
  machine.onTick(({ inputs, outcomes: ended }) => {
    for (const [place, input] of inputs.entries()) {
      if (input.kind === 'event') outcomes.push([input.name, ended[place]!])
    }
  })
  return { game, store, machine, outcomes, logged, push }
}
