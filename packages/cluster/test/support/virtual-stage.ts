import { VirtualTime } from '@tygase/testkit/internal'
import {
  type MemoryEngineOptions,
  MemoryNetwork,
  type MemoryNetworkOptions,
  memoryEngine,
} from '../../src/memory/memory-network.js'
import type { EngineStage } from './engine-laws.js'

/** Longest that anything in a law takes, in virtual ms. */
const longMs = 120_000

/** A network in memory with a clock that the stage moves. */
export function virtualStage(options: Omit<MemoryNetworkOptions, 'clock'> = {}) {
  const time = new VirtualTime()
  const { clock } = time
  const network = new MemoryNetwork({ clock, ...options })
  const until = async (condition: () => boolean): Promise<void> => {
    if (!(await time.moveTo(clock.now() + longMs, condition))) throw new Error(`not within ${longMs} ms: ${condition}`)
  }
  const connect = (engineOptions: MemoryEngineOptions = {}) =>
    memoryEngine(network, { logger: false, ...engineOptions })
  const stage: EngineStage = {
    connect: async () => connect(),
    async run(promise) {
      let isDone = false
      const done = (): void => {
        isDone = true
      }
      promise.then(done, done)
      await until(() => isDone)
      return promise
    },
    until,
    settle: async () => void (await time.moveTo(clock.now() + 1000, () => false)),
    async restart(meanwhile) {
      network.stop()
      await meanwhile()
      network.start()
    },
    close: async () => {},
  }
  return { ...stage, time, clock, network, engine: connect }
}
