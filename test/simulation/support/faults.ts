import type { Crowd, Fair, Visitor } from './crowd.js'

/** Lets a new client in, in the place of one that has left. */
type Enter = () => unknown

/** The faults, with their weights. A fault ends when its promise resolves, or with `repairFaults`. */
const faults: readonly [weight: number, cause: (fair: Fair, visitor: Visitor, enter: Enter) => unknown][] = [
  [6, (_fair, visitor) => visitor.cut()],
  [3, (_fair, visitor) => visitor.cut({ silent: true })],
  [3, (_fair, visitor) => visitor.pause()],
  [1, (fair) => fair.serverProcess.pause()],
  [1, (fair) => fair.serverProcess.restart({ downMs: fair.random() * 2000 })],
  [1, (_fair, visitor, enter) => void [visitor.crash(), enter()]],
  [1, (_fair, visitor, enter) => void [visitor.connection.disconnect(), enter()]],
]

const totalWeight = faults.reduce((sum, [weight]) => sum + weight, 0)

/** Lets the crowd play for so long, causes faults now and then, and mends them in the end. */
export async function playWithFaults(fair: Fair, crowd: Crowd, ms: number): Promise<void> {
  for (const endMs = fair.nowMs + ms; fair.nowMs < endMs; ) {
    await causeFault(fair)
    await crowd.play(fair, fair.random() * 3000)
    if (fair.random() < 0.6) repairFaults(fair)
  }
  repairFaults(fair)
}

/** Causes a fault for one visitor or for all visitors. */
export async function causeFault(fair: Fair, enter: Enter = () => fair.addClient()): Promise<void> {
  const present = fair.clients.filter((client) => !client.isGone && client.hasConnected)
  const visitor = present[Math.floor(fair.random() * present.length)]
  let dice = fair.random() * totalWeight
  const [, cause] = faults.find(([weight]) => {
    dice -= weight
    return dice < 0
  })!
  if (visitor !== undefined) await cause(fair, visitor, enter)
}

/** Mends every fault that can be mended. */
export function repairFaults(fair: Fair): void {
  fair.serverProcess.resume()
  for (const client of fair.clients) {
    client.heal()
    client.resume()
  }
}

/** The server's process dies and another one takes its place. New clients come in place of the old ones. */
export async function crashServer(fair: Fair, enter: Enter): Promise<void> {
  const before = fair.clients.filter((client) => !client.isGone).length
  fair.serverProcess.crash()
  await fair.serverProcess.restart({ downMs: fair.random() * 3000 })
  for (let count = 0; count < before; count++) enter()
}
