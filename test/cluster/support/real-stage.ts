import type { Engine } from '@tygase/cluster'
import { vi } from 'vitest'
import type { EngineStage } from '../../../packages/cluster/test/support/engine-laws.js'

/** For a busy machine: nothing waits so long where all is well. */
const longMs = 60_000

/** A stage for engines that live in real time. @param connect makes one engine */
export function realStage(connect: () => Promise<Engine>, close: () => Promise<void>): EngineStage {
  const engines: Engine[] = []
  return {
    async connect() {
      const engine = await connect()
      engines.push(engine)
      return engine
    },
    run: (promise) => promise,
    async until(condition) {
      await vi.waitFor(
        () => {
          if (!condition()) throw new Error(`not within ${longMs} ms: ${condition}`)
        },
        { timeout: longMs, interval: 5 },
      )
    },
    // messages and records go through the same connections in order: an answer comes after all that was sent before
    async settle() {
      for (let round = 0; round < 3; round++) {
        await Promise.all(engines.filter(({ isConnected }) => isConnected).map(({ records }) => records.get('settled')))
      }
    },
    async close() {
      await Promise.allSettled(engines.map((engine) => engine.close()))
      await close()
    },
  }
}
