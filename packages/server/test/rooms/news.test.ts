import type { MemberInfo, MembersNews } from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import type { Field } from '../support/stage.js'
import { setRoomStage } from '../support/stage.js'
import type { VirtualClient } from '../support/virtual-client.js'

const auth = (credentials: unknown) => ({ userId: String(credentials), name: `the ${String(credentials)}` })

const newsOf = (client: VirtualClient<Field>) =>
  client.events.filter(({ name }) => name === '$members').map(({ data }) => data as MembersNews)

/** What a client knows by what it was told. */
function knownTo(client: VirtualClient<Field>): MemberInfo[] {
  const members = new Map<string, MemberInfo>()
  for (const { reset, joined = [], left, rttMs = {}, connected = {} } of newsOf(client)) {
    if (reset) members.clear()
    for (const member of joined) members.set(member.clientId, member)
    for (const id of left ?? []) members.delete(id)
    for (const [id, ms] of Object.entries(rttMs)) members.set(id, { ...members.get(id)!, rttMs: ms })
    for (const [id, is] of Object.entries(connected)) members.set(id, { ...members.get(id)!, connected: is })
  }
  return [...members.values()]
}

describe('the members of a room', () => {
  test('are known to all clients in it: id, user, name and time of the join, in the order of joins [C5]', async () => {
    const { server, joined, pass } = await setRoomStage({ auth }, { sendMembers: true })
    const clients = []
    for (const credentials of ['ada', 'bob', 'eve']) clients.push(await joined('/field/1', { credentials }))
    await joined('/field/2', { credentials: 'far away' })
    clients[1]!.session.close('disconnected', '', 0)
    clients[1]!.flush()
    await pass(100)
    const members = [...server.rooms.get('field/1')!.clients.values()]
    const expected = members.map(({ id, userId, name, connectedAtMs }) => ({
      clientId: id,
      userId,
      name,
      joinedAtMs: connectedAtMs,
      connected: true,
    }))
    expect(expected.map(({ userId }) => userId)).toEqual(['ada', 'eve'])
    for (const client of [clients[0]!, clients[2]!]) {
      expect(knownTo(client).map(({ rttMs, ...rest }) => rest)).toEqual(expected)
    }
  })

  test('that come, go, are suspended and resumed are sent to the others once a turn, however many they are', async () => {
    const { server, clock, join, joined, pass } = await setRoomStage({}, { sendMembers: true, maxJoinsPerTick: 100 })
    const [a] = [await joined('/field/1'), await joined('/field/1')]
    const { length } = newsOf(a)
    const many = Array.from({ length: 20 }, () => join('/field/1'))
    await pass(300)
    const news = newsOf(a).slice(length)
    expect(news.flatMap(({ joined: members = [] }) => members).length).toBe(20)
    expect(news.length).toBeLessThanOrEqual(3)
    const before = newsOf(a).length
    for (const { link } of many.slice(0, 10)) link.ends[1].close(4004, 'cut')
    for (const { client } of many.slice(10)) {
      client.session.close('disconnected', '', clock.now())
      client.flush()
    }
    await pass(200)
    expect(newsOf(a).length - before).toBeLessThanOrEqual(4)
    const known = knownTo(a)
    expect(known.length).toBe(12)
    expect(known.filter(({ connected }) => !connected).length).toBe(10)
    expect(known.map(({ clientId }) => clientId)).toEqual([...server.rooms.get('field/1')!.clients.keys()])
  })

  test('come with the round-trip time of each, which is sent again when it has changed much', async () => {
    const { server, joined, pass } = await setRoomStage({}, { sendMembers: true, latencyIntervalMs: 1000 })
    const [a, b] = [await joined('/field/1'), await joined('/field/1')]
    await pass(3000)
    const told = knownTo(a).map(({ rttMs }) => rttMs)
    expect(told).toEqual([...server.rooms.get('field/1')!.clients.values()].map(({ rttMs }) => Math.round(rttMs!)))
    expect(knownTo(b).map(({ rttMs }) => rttMs)).toEqual(told)
    const { length } = newsOf(a)
    await pass(10_000)
    expect(newsOf(a).length).toBe(length)
  })

  test('are known as suspended and resumed, also to a client that joins meanwhile', async () => {
    const { server, join, joined, pass } = await setRoomStage({}, { sendMembers: true })
    const { client, link } = join('/field/1')
    const other = await joined('/field/1')
    const statesOf = (of: VirtualClient<Field>) => knownTo(of).map(({ connected }) => connected)
    expect(statesOf(other)).toEqual([true, true])
    link.ends[1].close(4004, 'cut')
    await pass(100)
    const late = await joined('/field/1')
    expect([statesOf(other), statesOf(late)]).toEqual([
      [false, true, true],
      [false, true, true],
    ])
    client.attach(server.at('/field/1').openTransport())
    await pass(200)
    expect([statesOf(other), statesOf(late), statesOf(client)]).toEqual(Array(3).fill([true, true, true]))
  })

  test('hear of each other again when the server has been shut down and runs again', async () => {
    const { server, join, pass } = await setRoomStage({}, { sendMembers: true, latencyIntervalMs: 1000 })
    const { client } = join('/field/1')
    await pass(100)
    await server.shutdown()
    await pass(100)
    await server.run({ port: false })
    client.attach(server.at('/field/1').openTransport())
    await pass(2500)
    expect(newsOf(client).some(({ rttMs }) => rttMs !== undefined)).toBe(true)
  })

  test('are sent in pieces if there are many, and long names are cut', async () => {
    const { joined, join, pass } = await setRoomStage(
      { auth: (credentials) => ({ userId: String(credentials), name: 'x'.repeat(10_000) }) },
      { sendMembers: true, latencyIntervalMs: Number.POSITIVE_INFINITY },
    )
    for (let i = 0; i < 60; i++) join('/field/1', { credentials: `u${i}` })
    await pass(500)
    const last = await joined('/field/1', { credentials: 'last' })
    expect(newsOf(last).map(({ joined: members }) => members?.length)).toEqual([25, 25, 11])
    expect(knownTo(last).length).toBe(61)
    expect(knownTo(last)[0]?.name?.length).toBe(256)
  })

  test('come in several events if one may not carry them, and none is lost', async () => {
    const limits = { maxEventBytes: 6144, maxPayloadElements: 512, maxPayloadStringBytes: 1024, maxPayloadDepth: 3 }
    const { joined, log } = await setRoomStage({ auth, limits }, { sendMembers: true })
    for (let i = 0; i < 8; i++) await joined('/field/1', { credentials: '\u{8a9e}'.repeat(250) + i })
    const last = await joined('/field/1', { credentials: 'last' })
    expect(knownTo(last)).toHaveLength(9)
    expect([log.errors, log.warnings]).toEqual([[], []])
  })

  test('are not sent if sendMembers is false, and cost no timer then', async () => {
    const { joined } = await setRoomStage({}, { sendMembers: false })
    expect(newsOf(await joined('/field/1'))).toEqual([])
  })
})
