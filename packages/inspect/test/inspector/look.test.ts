import { describe, expect, test } from 'vitest'
import { Stage } from './stage.js'

describe('a look', () => {
  test('shows rooms, and the room that it is asked for', async () => {
    const stage = await new Stage().run()
    await stage.makeRoom('a')
    const player = await stage.player('a')
    const look = await stage.look('inspect', 'cards/a')
    await stage.pass(1000)
    const state = look.store.state
    expect(state.rooms.order).toEqual(['cards/a'])
    expect(state.room).toMatchObject({ key: 'cards/a', clients: 1, hasView: true })
    expect([...state.clients.keys()]).toEqual([player.clientId])
    const tree = await stage.request(look, 'tree', { path: [] })
    expect(tree.children.map(({ key }) => key)).toEqual(['round', 'deep', 'hands', 'secret'])
  })
})
