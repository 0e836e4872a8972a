import { describe, expect, it } from 'vitest'
import { setRoomStage, setStage } from './support/stage.js'

describe('one game', () => {
  it('lets a client in, runs its join, and answers its events', async () => {
    const { server, join, pass, log, store, clock } = await setStage()
    const { client } = join()
    clock.advance(200)
    expect(client.session.status).toBe('connected')
    expect(log).toMatchObject({ errors: [], warnings: [] })
    expect(client.store?.state.here.size).toBe(1)
    expect(client.events.map(({ name }) => name)).toEqual(['$joined'])
    const answer = client.send('add', 5)
    await pass(200)
    expect(await answer).toBe(5)
    expect(store.state.sum).toBe(5)
    expect(server.clients.size).toBe(1)
    expect(client.heard).toEqual([5])
    await server.shutdown()
    expect(log).toMatchObject({ errors: [], warnings: [] })
  })
})

describe('rooms', () => {
  it('makes a room for a client', async () => {
    const { server, joined, pass, log } = await setRoomStage()
    const client = await joined('/field/a')
    expect(client.session.status).toBe('connected')
    expect(client.store?.state.here.size).toBe(1)
    expect([...server.rooms.keys()]).toEqual(['field/a'])
    client.send('add', 2)
    await pass(200)
    await server.shutdown()
    expect(log).toMatchObject({ errors: [], warnings: [] })
  })
})
