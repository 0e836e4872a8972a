import { equalStates } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'
import { Server } from '@tygase/server'
import { datagrams, links, simulate } from '@tygase/testkit'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { hundredRows } from './support/hundred-rows.js'
import { fortyMs, pass, Telephone } from './support/telephone.js'

const networks = [
  ['WebSocket', links.wifi],
  ['datagrams', datagrams(links.wifi)],
] as const

describe.each(networks)('over %s', (_, link) => {
  it('a connection that is cut before any event resumes, and events flow', async () => {
    const room = await simulate({ game: hundredRows, seed: 1, link })
    const [client] = room.clients
    const { clientId } = client!.connection
    client!.cut()
    await room.step(700)
    client!.heal()
    await room.runUntil(() => client!.connection.status === 'connected')
    expect(await room.complete(client!.connection.request('hurt', 3))).toBe(3)
    expect(client!.connection.clientId).toBe(clientId)
    await room.settle()
    await room.end()
  })

  it('ten cuts in a row, each as soon as it is connected again, lose nothing and double nothing', async () => {
    const room = await simulate({ game: hundredRows, seed: 2, link })
    const [client] = room.clients
    const { connection } = client!
    const answers: unknown[] = []
    for (let i = 1; i <= 10; i++) {
      const note = { retries: Number.POSITIVE_INFINITY, onAck: (result: unknown) => void answers.push(result) }
      connection.dispatchEvent('hurt', i, note)
      client!.cut()
      await room.step(20)
      client!.heal()
      await room.runUntil(() => connection.status === 'connected')
    }
    await room.settle()
    expect(answers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await room.end()
  })

  it('an event whose packet is cut in the middle comes once, after the resume', async () => {
    const room = await simulate({ game: hundredRows, seed: 3, link })
    const [client] = room.clients
    const before = room.server.store.state.rows.get('row0')!.hp
    const answer = client!.connection.request('hurt', 1)
    await room.step(10)
    client!.cut()
    await room.step(300)
    expect(room.server.store.state.rows.get('row0')!.hp).toBe(before)
    client!.heal()
    expect(await room.complete(answer)).toBe(1)
    await room.settle()
    await room.end()
  })

  it('a client that sleeps for longer than the grace time gets the end of its session, and connects anew', async () => {
    const room = await simulate({ game: hundredRows, seed: 4, link })
    const [client] = room.clients
    const { connection } = client!
    client!.pause()
    await room.step(60_000)
    expect(room.server.clients.size).toBe(0)
    client!.resume()
    await room.runUntil(() => connection.status === 'closed')
    expect(['grace_over', 'resume_failed']).toContain(connection.closeInfo?.code)
    const again = await room.complete(room.addClient().connected)
    expect(again.clientId).not.toBe(connection.clientId)
    await room.settle()
    await room.end()
  })

  it('a server that is a new process knows nobody: clients are told resume_failed, and connect anew', async () => {
    const room = await simulate({ game: hundredRows, seed: 5, link })
    const [client] = room.clients
    const { connection } = client!
    const failures: string[] = []
    room.serverProcess.crash()
    connection.dispatchEvent('hurt', 1, {
      retries: Number.POSITIVE_INFINITY,
      onFail: ({ code }) => void failures.push(code),
    })
    await room.step(1000)
    await room.serverProcess.restart()
    await room.runUntil(() => connection.status === 'closed')
    expect([connection.closeInfo?.code, connection.closeInfo?.byPeer]).toEqual(['resume_failed', true])
    expect(failures).toEqual(['session_closed'])
    const again = await room.complete(room.addClient().connected)
    expect(again.state.rows.size).toBe(100)
    await room.settle()
    await room.end()
  })
})

async function openRoom(link = fortyMs) {
  const clock = new VirtualClock()
  const server = new Server({ game: hundredRows, clock, random: createSeededRandom(6), seed: 6 })
  await server.run({ port: false })
  const telephone = new Telephone(server, clock, link)
  const join = async () => {
    const connecting = telephone.connect()
    await pass(clock, 500)
    return connecting
  }
  return { clock, server, telephone, join }
}

describe('a session whose first welcome gets lost with the transport', () => {
  it('is found again by the next hello of the same client, so that the server begins no second one', async () => {
    const { clock, server, telephone } = await openRoom()
    const begun: string[] = []
    server.room.onJoin(({ id }) => void begun.push(id))
    const connecting = telephone.connect()
    while (server.clients.size === 0) await pass(clock, 5)
    telephone.abandon()
    await pass(clock, 1000)
    const connection = await connecting
    expect(begun).toEqual([connection.clientId])
    expect([...server.clients.values()].map(({ status }) => status)).toEqual(['connected'])
    expect(await Promise.race([connection.request('hurt', 2), pass(clock, 500)])).toBe(2)
  })
})

describe('a session that is resumed', () => {
  it('goes on over the new socket while the server still holds the half-open one, which is closed as replaced', async () => {
    const { clock, server, telephone, join } = await openRoom()
    const connection = await join()
    const suspended: string[] = []
    server.room.onSuspend(({ id }) => void suspended.push(id))
    telephone.abandon()
    expect(connection.status).toBe('suspended')
    await pass(clock, 500)
    expect(connection.status).toBe('connected')
    expect(server.clients.size).toBe(1)
    // the server had not noticed, and there was nothing to notice for its users
    expect(suspended).toEqual([])
    const answer = connection.request('hurt', 2)
    await pass(clock, 300)
    expect(await answer).toBe(2)
  })

  it('belongs to the newer of two tabs with one token; the older tab gets `replaced` and stays away', async () => {
    const { clock, server, telephone, join } = await openRoom()
    const connection = await join()
    telephone.abandon()
    await pass(clock, 500)
    const ends: (CloseInfo | undefined)[] = []
    connection.onStatus((status, info) => status === 'closed' && ends.push(info))
    // the other tab says the same hello that this one has resumed with
    const hello = telephone.calls.find(({ from, line }) => from === 'client' && line === 1)!
    const other = telephone.open()
    const answers: Uint8Array[] = []
    other.onBytes = (bytes) => answers.push(bytes)
    other.send(hello.bytes)
    await pass(clock, 3000)
    expect(ends).toMatchObject([{ code: 'replaced', byPeer: true }])
    expect(telephone.closedWith.get(1)).toBe(4003)
    expect(answers[0]![0]! & 0x1f).toBe(0x12)
    expect([...server.clients.values()].map(({ id, status }) => [id, status])).toEqual([
      [connection.clientId, 'connected'],
    ])
    // it does not come back and take the session away again
    expect(telephone.calls.some(({ line }) => line > 2)).toBe(false)
  })

  it.each([
    ['of another session', (token: Uint8Array, other: Uint8Array) => token.set(other)],
    [
      'that is forged',
      (token: Uint8Array) => {
        token[7] = token[7]! ^ 1
      },
    ],
  ])('is not given to a peer with a token %s, and goes on', async (_what, forge) => {
    const { clock, server, telephone, join } = await openRoom()
    const resumeHello = async (): Promise<Uint8Array> => {
      await join()
      const { line } = telephone.calls.at(-1)!
      telephone.abandon()
      await pass(clock, 500)
      return telephone.calls.find((call) => call.from === 'client' && call.line === line + 1)!.bytes.slice()
    }
    const [mine, others] = [await resumeHello(), await resumeHello()]
    // a hello has the token behind its client's id: 8 characters, then the length, then 16 bytes
    const tokenAt = 4 + 1 + 1 + 1 + 8 + 8 + 2 + 9 + 1
    forge(mine.subarray(tokenAt, tokenAt + 16), others.subarray(tokenAt, tokenAt + 16))
    const thief = telephone.open()
    const answers: Uint8Array[] = []
    thief.onBytes = (bytes) => answers.push(bytes)
    thief.send(mine)
    await pass(clock, 500)
    // REFUSE with 4023, resume_failed
    expect(answers.map((bytes) => [...bytes.subarray(0, 3)])).toEqual([[0x03, 0xb7, 0x1f]])
    expect([...server.clients.values()].map(({ status }) => status)).toEqual(['connected', 'connected'])
  })

  it('after 5 s away, with 10 fields changed in a room of 100 rows, costs less than 210 bytes in all', async () => {
    const { clock, server, telephone, join } = await openRoom()
    const [busy, away] = [await join(), await join()]
    telephone.isUp = false
    telephone.abandon()
    await pass(clock, 5000)
    busy.dispatchEvent('hurt', 10)
    await pass(clock, 100)
    expect(away.status).toBe('suspended')
    telephone.isUp = true
    while (away.version < server.store.version) await pass(clock, 5)
    expect(equalStates(away.state, server.store.state)).toBe(true)
    const bytes = telephone.bytesOn(2)
    console.log(`note: a resume after 5 s, with 10 of 300 fields changed: ${bytes} bytes both ways`)
    expect(bytes).toBeLessThan(210)
  })
})
