import { describe, expect, test } from 'vitest'
import { setStage } from '../support/stage.js'

const ada = { clientId: 'a', userId: 'u1', name: 'Ada', joinedAtMs: 5 }
const bob = { clientId: 'b', joinedAtMs: 7 }

describe('the members of a room', () => {
  test('follow what the server tells of them', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const sizes: number[] = []
    connection.onMembersChange((members) => void sizes.push(members.size))
    const tell = (news: unknown): void => {
      server.send('$members', news)
      clock.advance(100)
    }
    expect(connection.members.size).toBe(0)
    tell({ reset: true, joined: [ada] })
    const before = connection.members
    tell({ joined: [bob] })
    tell({ rttMs: { b: 40, nobody: 3 } })
    expect([...connection.members.values()]).toEqual([ada, { ...bob, rttMs: 40 }])
    expect([...before.keys()]).toEqual(['a'])
    tell({ left: 'a' })
    expect([...connection.members.keys()]).toEqual(['b'])
    tell({ reset: true, joined: [ada] })
    expect([...connection.members.keys()]).toEqual(['a'])
    expect(sizes).toEqual([1, 2, 2, 1, 1])
  })

  test.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['one that has no id', { joined: [{ joinedAtMs: 5 }] }],
    ['one whose name is no text', { joined: [{ ...bob, name: 5 }] }],
    ['one whose time is none', { joined: [{ ...bob, joinedAtMs: 'now' }] }],
    ['no list', { joined: bob }],
    ['times that are none', { rttMs: { a: 'long' } }],
  ])('are not changed by %s', async (_, news) => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.send('$members', { joined: [ada] })
    server.send('$members', news)
    clock.advance(100)
    expect([...connection.members.values()]).toEqual([ada])
    expect(connection.status).toBe('connected')
  })
})
