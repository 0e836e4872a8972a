import type { Clock } from '@tygase/gamestate'
import { createTransportPair, type Transport } from '@tygase/protocol'

/** A pair of transports in memory whose deliveries are the clock's, in the order of sending whatever the clock does with ties. */
export function createInProcessPair(clock: Clock): [Transport, Transport] {
  const waiting: (() => void)[] = []
  return createTransportPair((deliver) => {
    waiting.push(deliver)
    clock.schedule(0, () => waiting.shift()?.())
  })
}
