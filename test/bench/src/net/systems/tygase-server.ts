import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { arenaPrecision, type Fighter } from '../../scenes/arena.js'
import { makePlain } from '../../systems/record-rows.js'
import { type Serve, tickRate } from './net-system.js'
import { beginNetScript } from './script.js'

export const serveTygase: Serve = async (onTick) => {
  const script = beginNetScript()
  const game = defineGame({
    initialState: () => ({ rows: new EntityMap<Fighter>(Object.entries(script.fighters())) }),
    tickRate,
    precision: arenaPrecision,
    timeStep(state) {
      onTick()
      script.next().play(state, makePlain)
    },
  })
  // at the default limits one client is slowed to 20,000 requests a second, which it exceeds; Socket.IO has no such limits
  const unlimited = { maxPacketsPerSecond: 1_000_000, maxEventsPerSecond: 1_000_000 }
  const infinity = Number.POSITIVE_INFINITY
  const budgets = { maxBytesPerSecond: infinity, maxTimeShare: infinity, maxTimeShareInAll: infinity }
  const server = new Server<AnyGame>({ game, limits: unlimited, ...budgets, logger: false })
  // known to the server alone: the rules have nothing to do with it, so it does not wait for a tick
  server.registerEventHandler('echo', (value: unknown) => value)
  await server.run()
  return server.port!
}
