import type { SimulatedClient, Simulation } from '../../src/index.js'
import type { hall } from './hall.js'

type Client = SimulatedClient<typeof hall>

/** Registers the handlers of the hall's clients. */
export function listen({ connection }: Client): void {
  connection.registerEventHandler('heard', () => {})
  connection.registerEventHandler('bell', (number) => number * 2)
}

/** Lets each present client act at random, for so long. */
export async function play(simulation: Simulation<typeof hall>, ms: number): Promise<void> {
  const { random } = simulation
  for (const endMs = simulation.nowMs + ms; simulation.nowMs < endMs; ) {
    for (const client of simulation.clients) {
      if (client.isGone || client.isPaused || !client.hasConnected) continue
      const retries = [0, 2, Number.POSITIVE_INFINITY][Math.floor(random() * 3)]!
      if (random() < 0.5) client.connection.dispatchEvent('walk', random(), { retries })
      else client.connection.dispatchEvent('say', random() < 0.2 ? '' : `word ${random()}`, { retries })
    }
    simulation.server.dispatchEvent('bell', random(), {
      retries: random() < 0.5 ? 1 : Number.POSITIVE_INFINITY,
    })
    await simulation.step(100)
  }
}
