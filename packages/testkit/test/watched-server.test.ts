import { describe, expect, it } from 'vitest'
import { links, simulate } from '../src/index.js'
import { hall } from './support/hall.js'
import { listen } from './support/play.js'

const start = (onConnect = listen) => simulate({ game: hall, clients: 2, seed: 9, link: links.wifi, onConnect })

describe('the server of a simulation', () => {
  it('is found out when an event is handled that nobody has sent', async () => {
    const simulation = await start()
    const { clientId } = simulation.clients[0]!.connection
    simulation.backend.machine.pushEvent({ name: 'walk', data: 1, clientId })
    await expect(simulation.step(10)).rejects.toMatchObject({
      code: 'event_misdelivered',
      message: expect.stringContaining(`from client '${clientId}': 'walk' 1 was handled once more than it was sent`),
    })
  })

  it('is found out again each time after that', async () => {
    const simulation = await start()
    simulation.backend.machine.pushEvent({
      name: 'walk',
      data: 1,
      clientId: simulation.clients[0]!.connection.clientId,
    })
    await expect(simulation.step(10)).rejects.toMatchObject({ code: 'event_misdelivered' })
    await expect(simulation.step(10)).rejects.toMatchObject({ code: 'event_misdelivered' })
  })

  it('is found out when a version is not what the clients get', async () => {
    const simulation = await start()
    const { store } = simulation.backend
    await simulation.runUntil(() => store.version === 20)
    store.reset({ ...store.state, said: ['something else'] }, store.version)
    await expect(simulation.step(100)).rejects.toMatchObject({
      code: 'replica_differs',
      message: expect.stringMatching(/client \d: its replica differs from the server's version 20 at said/),
    })
  })

  it('sends events to whom they are meant for, and each is in the books', async () => {
    const heard: string[] = []
    const simulation = await start((client) => {
      client.connection.registerEventHandler('bell', (number) => heard.push(`${client.index}: ${number}`))
    })
    const [a, b] = simulation.clients.map(({ connection }) => connection.clientId)
    const outcomes: string[] = []
    const { server } = simulation.backend
    const ring = (
      number: number,
      targetClient: NonNullable<Parameters<typeof server.dispatchEvent>[2]>['targetClient'],
    ) =>
      server.dispatchEvent('bell', number, {
        targetClient: targetClient!,
        retries: Number.POSITIVE_INFINITY,
        onAck: ({ clientId }, result) => outcomes.push(`${clientId === a ? 0 : 1}: ${number} gives ${result}`),
        onFail: (_connection, error) => outcomes.push(error.code),
      })
    ring(1, 'all')
    ring(2, a)
    ring(3, [b!, b!])
    ring(4, { except: a! })
    expect(() => ring(5, 'nobody')).toThrow("there is no client 'nobody'")
    await simulation.settle()
    expect(heard.sort()).toEqual(['0: 1', '0: 2', '1: 1', '1: 3', '1: 4'])
    expect(outcomes).toHaveLength(5)
  })

  it('has handlers of its own, whose events count once', async () => {
    const simulation = await start()
    const { server } = simulation.backend
    const seen: string[] = []
    server.registerEventHandler('walk', (distance, { clientId }) => void seen.push(`${clientId} ${distance}`))
    const { connection } = simulation.clients[0]!
    expect(await simulation.complete(connection.request('walk', 3))).toBe(1)
    expect(seen).toEqual([`${connection.clientId} 3`])
    // reason: a caller without types
    expect(() => server.registerEventHandler('walk', 'no function' as never)).toThrow('is a function')
  })
})
