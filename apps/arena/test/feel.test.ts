import { predict } from '@tygase/client/predict'
import { createRandom } from '@tygase/gamestate'
import { type Link, links, type SimulatedClient, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { decide, newPlan, type Plan } from '../src/bots/brain.js'
import { rewindMs } from '../src/field.js'
import { arena } from '../src/game.js'

type Player = SimulatedClient<typeof arena>

/** What one player was shown, and what the server has dispatched to it. */
interface Account {
  hits: number
  hitsAhead: number
  hitsTakenBack: number
  hitsOfServer: number
  taken: number
  takenBack: number
  takenOfServer: number
}

/** Two players who predict play by what their screens show, over the network. */
async function play(link: Link, seconds: number): Promise<Account[]> {
  const accounts = new Map<string, Account>()
  const accountOf = (id: string): Account => {
    const empty = { hits: 0, hitsAhead: 0, hitsTakenBack: 0, hitsOfServer: 0, taken: 0, takenBack: 0, takenOfServer: 0 }
    const account = accounts.get(id) ?? empty
    accounts.set(id, account)
    return account
  }
  const listen = ({ connection }: Player): void => {
    const account = accountOf(connection.clientId)
    const onHit = (_: unknown, { predicted }: { predicted: boolean }): void => {
      account.hits++
      if (predicted) account.hitsAhead++
    }
    connection.registerEventHandler('hit', onHit, { onRetract: () => void account.hitsTakenBack++ })
    connection.registerEventHandler('taken', () => void account.taken++, { onRetract: () => void account.takenBack++ })
    for (const name of ['shot', 'tracer', 'killed'] as const) connection.registerEventHandler(name, () => {})
  }
  const simulation = await simulate({
    game: arena,
    clients: 2,
    link,
    seed: 4,
    server: { maxRewindMs: rewindMs },
    client: { game: arena, predict: predict(), data: { name: 'Player' } },
    onConnect: listen,
    onStart: (server) => {
      server.machine.onTick(({ dispatches }) => {
        for (const { name, to } of dispatches) {
          if (name === 'hit') accountOf(String(to)).hitsOfServer++
          if (name === 'taken') accountOf(String(to)).takenOfServer++
        }
      })
    },
  })
  const random = createRandom(9)
  const plans = new Map<Player, Plan>()
  const onFail = (): void => {}
  // ten times a second, as bots do
  for (let decision = 0; decision < seconds * 10; decision++) {
    await simulation.step(100)
    for (const player of simulation.clients) {
      const { connection } = player
      const { decision: next, plan } = decide(
        connection.scene(),
        connection.clientId,
        plans.get(player) ?? newPlan(random),
        random,
      )
      plans.set(player, plan)
      const { dx, dy, angle, shoots, launches, takes } = next
      connection.dispatchEvent('steer', { dx, dy })
      if (shoots) connection.dispatchEvent('shoot', { angle }, { onFail })
      if (launches) connection.dispatchEvent('launch', { angle }, { onFail })
      if (takes !== undefined) connection.dispatchEvent('take', { id: takes }, { onFail })
    }
  }
  for (const { connection } of simulation.clients) connection.dispatchEvent('steer', { dx: 0, dy: 0 })
  await simulation.step(5000)
  await simulation.end()
  return [...accounts.values()]
}

/** `npm run long` plays longer. */
const seconds = process.env.LONG === '1' ? 30 : 15

describe.each([
  ['wifi', links.wifi, seconds, 0.25],
  ['a phone', links.mobile, seconds, 0.35],
] as const)('over %s', (name, link, played, mostTakenBack) => {
  it('each effect is shown once, and most are shown ahead and stay', async () => {
    const accounts = await play(link, played)
    for (const { hits, hitsTakenBack, hitsOfServer, taken, takenBack, takenOfServer } of accounts) {
      expect(hits - hitsTakenBack).toBe(hitsOfServer)
      expect(taken - takenBack).toBe(takenOfServer)
    }
    const sum = (key: keyof Account): number => accounts.reduce((total, account) => total + account[key], 0)
    console.log(`note: over ${name}: ${JSON.stringify(accounts)}`)
    expect(sum('hitsAhead')).toBeGreaterThan(2)
    expect(sum('taken')).toBeGreaterThan(0)
    expect(sum('hitsTakenBack')).toBeLessThanOrEqual(sum('hitsAhead') * mostTakenBack)
  })
})
