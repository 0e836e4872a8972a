import { defineGame } from '@tygase/gamestate'
import { datagrams, links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'

const counter = defineGame({
  initialState: () => ({ ticks: 0 }),
  tickRate: 10,
  timeStep: (state) => {
    state.ticks++
  },
})

// a quarter of the clients fits into the handshakes, as of 1,000 with the default
const clients = 100
const server = { maxHandshakes: 25, maxJoinsPerTick: 8, sendMembers: false }

it.each([
  ['lan', links.lan],
  ['a mobile network', links.mobile],
  ['datagrams', datagrams(links.mobile)],
] as const)(
  'many more clients than handshakes resume within seconds when their server is back, and none is lost, over %s',
  async (_, link) => {
    const room = await simulate({ game: counter, clients, seed: 3, link, server })
    const idsOf = (): string[] => room.clients.map(({ connection }) => connection.clientId)
    const before = idsOf()
    await room.serverProcess.restart({ downMs: 3000 })
    const isBack = (): boolean => room.clients.every(({ connection }) => connection.status === 'connected')
    await room.runUntil(isBack, { timeoutMs: 8000 })
    expect(idsOf()).toEqual(before)
    expect(room.server.stats.sessions).toBe(clients)
    await room.settle()
  },
)

it('many more clients than handshakes get into a server that was started anew, in time', async () => {
  const room = await simulate({ game: counter, clients, seed: 4, server })
  room.serverProcess.crash()
  const again = Array.from({ length: clients }, () => room.addClient())
  await room.serverProcess.restart({ downMs: 3000 })
  await room.runUntil(() => again.every(({ hasConnected }) => hasConnected), { timeoutMs: 8000 })
  await room.runUntil(() => room.clients.slice(0, clients).every(({ isGone }) => isGone))
  const codes = room.clients.slice(0, clients).map(({ connection }) => connection.closeInfo?.code)
  expect(new Set(codes)).toEqual(new Set(['resume_failed']))
})
