import { describe, expect, it } from 'vitest'
import { links, simulate } from '../src/index.js'
import { hall } from './support/hall.js'
import { listen } from './support/play.js'

const start = async () => {
  const simulation = await simulate({ game: hall, clients: 2, seed: 9, link: links.wifi, onConnect: listen })
  return { simulation, connection: simulation.clients[0]!.connection }
}

describe('a connection of a simulation', () => {
  it('calls back as any connection does', async () => {
    const { simulation, connection } = await start()
    const outcomes: unknown[] = []
    connection.dispatchEvent('walk', 1, { onAck: (steps) => outcomes.push(steps) })
    connection.dispatchEvent('say', '', { onFail: (error) => outcomes.push(error.refusal?.code) })
    await simulation.settle()
    expect(outcomes).toEqual([1, 'nothing_said'])
  })

  it('throws and rejects as any connection does, and the checkers do not miss an event that was never sent', async () => {
    const { simulation, connection } = await start()
    // reason: data that the types do not allow
    const unsendable = (() => 1) as never
    expect(() => connection.dispatchEvent('walk', unsendable)).toThrow('a function')
    expect(() => connection.dispatchEvent('say', 'x'.repeat(100_000))).toThrow('bytes')
    expect(() => connection.dispatchEvent('$secret' as 'walk', 1)).toThrow('reserved')
    await expect(connection.request('say', 'x'.repeat(100_000))).rejects.toMatchObject({ code: 'value_too_large' })
    expect(() => connection.registerEventHandler('bell', 'no function' as never)).toThrow('is a function')
    await simulation.complete(connection.disconnect())
    expect(() => connection.dispatchEvent('walk', 1)).toThrow('the connection is closed')
    await expect(connection.request('walk', 1)).rejects.toMatchObject({ code: 'connection_closed' })
    await simulation.settle()
  })

  it('may have several handlers for an event, which counts once', async () => {
    const { simulation, connection } = await start()
    const heard: string[] = []
    const off = connection.registerEventHandler('bell', (number) => {
      heard.push(`first ${number}`)
      if (number === 2) off()
    })
    connection.registerEventHandler('bell', (number) => void heard.push(`second ${number}`))
    for (const number of [1, 2, 3]) simulation.server.dispatchEvent('bell', number, { retries: 3 })
    await simulation.settle()
    expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'second 2', 'second 3'])
    await simulation.end()
  })

  it('may register its first handler after the event was sent', async () => {
    const simulation = await simulate({ game: hall, clients: 1, seed: 9 })
    const { connection } = simulation.clients[0]!
    const heard: unknown[] = []
    simulation.server.dispatchEvent('bell', 1, { retries: 3 })
    simulation.server.dispatchEvent('heard', { text: 'x', by: 'y' })
    connection.registerEventHandler('heard', () => void heard.push('heard'))
    await simulation.step(100)
    connection.registerEventHandler('bell', (number) => void heard.push(number))
    await simulation.settle()
    expect(heard).toEqual(['heard', 1])
    await simulation.end()
  })

  it('may give up a request', async () => {
    const { simulation, connection } = await start()
    await expect(simulation.complete(connection.request('walk', 1, { timeoutMs: 1 }))).rejects.toMatchObject({
      code: 'request_timeout',
    })
    await simulation.step(1000)
    expect(simulation.server.store.state.guests.get(connection.clientId)?.steps).toBe(1)
  })

  it('fails its waiting events if the server ends its session', async () => {
    const { simulation, connection } = await start()
    const codes: string[] = []
    for (let i = 0; i < 3; i++) {
      connection.dispatchEvent('walk', i, { retries: Number.POSITIVE_INFINITY, onFail: ({ code }) => codes.push(code) })
    }
    simulation.server.clients.get(connection.clientId)!.disconnect('enough')
    await simulation.settle()
    expect(codes).toEqual(Array(3).fill('session_closed'))
  })
})
