import { defineGame } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'

// a page that plays a game in virtual time

const game = defineGame({
  initialState: () => ({ count: 0 }),
  events: (on) => ({ add: on((state) => void state.count++) }),
})

async function play(): Promise<unknown> {
  const simulation = await simulate({ game, clients: 2, link: links.mobile, seed: 1 })
  for (const { connection } of simulation.clients) connection.dispatchEvent('add', { retries: 3 })
  await simulation.step(2000)
  await simulation.settle()
  const { count } = simulation.clients[0]!.connection.state
  await simulation.end()
  return count
}

Object.assign(globalThis, { result: play() })
