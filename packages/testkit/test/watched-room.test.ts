import { describe, expect, it } from 'vitest'
import { links, simulate } from '../src/index.js'
import { hall } from './support/hall.js'
import { listen } from './support/play.js'

const start = (onConnect = listen) => simulate({ game: hall, clients: 2, seed: 9, link: links.wifi, onConnect })

/** Pushes an event to the rules as if the client had sent it. */
function pushAsSent({ server }: Awaited<ReturnType<typeof start>>, id: string): void {
  const client = { id, userId: undefined, name: undefined, isHost: false, data: undefined }
  server.machine.push({ kind: 'event', name: 'walk', data: 1, client, sequence: 1 })
}

describe('the server of a simulation', () => {
  it('is found out if it handles an event that no client has sent', async () => {
    const simulation = await start()
    const { clientId } = simulation.clients[0]!.connection
    pushAsSent(simulation, clientId)
    await expect(simulation.step(10)).rejects.toMatchObject({
      code: 'event_misdelivered',
      message: expect.stringContaining(`from client '${clientId}': 'walk' 1 was handled once more than it was sent`),
    })
  })

  it('is found out again each time after this', async () => {
    const simulation = await start()
    pushAsSent(simulation, simulation.clients[0]!.connection.clientId)
    await expect(simulation.step(10)).rejects.toMatchObject({ code: 'event_misdelivered' })
    await expect(simulation.step(10)).rejects.toMatchObject({ code: 'event_misdelivered' })
  })

  it('is found out if a replica differs from the version', async () => {
    const simulation = await start()
    const { connection } = simulation.clients[1]!
    Object.defineProperty(connection, 'state', { get: () => ({ ...connection.store.state, said: ['nonsense'] }) })
    await expect(simulation.step(100)).rejects.toMatchObject({
      code: 'replica_differs',
      message: expect.stringMatching(/client 1: its replica differs from the server's version \d+ at said/),
    })
  })

  it('sends events to the named clients, and each event is checked', async () => {
    const heard: string[] = []
    const simulation = await start((client) => {
      client.connection.registerEventHandler('bell', (number) => heard.push(`${client.index}: ${number}`))
    })
    const [a, b] = simulation.clients.map(({ connection }) => connection.clientId)
    const outcomes: string[] = []
    const { server } = simulation
    const ring = (number: number, to: string | string[] | { except: string }) =>
      server.dispatchEvent('bell', number, {
        to,
        retries: Number.POSITIVE_INFINITY,
        onAck: ({ id }, result) => outcomes.push(`${id === a ? 0 : 1}: ${number} gives ${result}`),
        onFail: (_client, error) => outcomes.push(error.code),
      })
    ring(1, 'all')
    ring(2, a!)
    ring(3, [b!, b!])
    ring(4, { except: a! })
    expect(() => ring(5, 'nobody')).toThrow("there is no client 'nobody'")
    await simulation.settle()
    expect(heard.sort()).toEqual(['0: 1', '0: 2', '1: 1', '1: 3', '1: 4'])
    expect(outcomes).toHaveLength(5)
  })

  it('may have handlers of its own, whose events count once', async () => {
    const simulation = await start()
    const { server } = simulation
    const seen: string[] = []
    server.registerEventHandler('walk', (distance, { id }) => void seen.push(`${id} ${distance}`))
    const { connection } = simulation.clients[0]!
    expect(await simulation.complete(connection.request('walk', 3))).toBe(1)
    expect(seen).toEqual([`${connection.clientId} 3`])
    // reason: a caller without types
    expect(() => server.registerEventHandler('walk', 'no function' as never)).toThrow('is a function')
  })

  it('may push events of its own, which no client has sent', async () => {
    const simulation = await start()
    const { clientId, state } = simulation.clients[0]!.connection
    expect(state.guests.get(clientId)?.steps).toBe(0)
    simulation.server.pushEvent('walk', 1, clientId)
    simulation.server.dispatchEvent('bell', 1)
    await simulation.step(200)
    await simulation.settle()
    expect(simulation.clients[0]!.connection.state.guests.get(clientId)?.steps).toBe(1)
    await simulation.end()
  })
})
