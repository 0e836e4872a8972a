import { closeCodes, type Transport } from '@tygase/protocol'
import { describe, expect, test } from 'vitest'
import { setStage, turnOf } from './support/stage.js'
import { quickLink } from './support/virtual-server.js'

/** From now on, every call fails. */
function breakDown(transport: Transport): void {
  const fail = (): never => {
    throw new Error('broken')
  }
  Object.assign(transport, { send: fail, close: fail })
}

describe('status', () => {
  test('a lost transport suspends, and the connection resumes by itself; events sent meanwhile arrive once', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const news: unknown[] = []
    connection.onStatus((status, info) => news.push(info ? [status, info.code, info.byPeer] : status))
    server.link?.cut(closeCodes.shutdown.number, 'back soon')
    clock.advance(50)
    connection.dispatchEvent('ping', { n: 1 })
    server.commit(5)
    clock.advance(2000)
    expect(news).toEqual([['suspended', 'shutdown', true], 'connected'])
    expect(server.events.map(({ data }) => data)).toEqual([{ n: 1 }])
    expect(connection.state.count).toBe(5)
  })

  test('a transport whose send fails counts as lost: the events arrive once, over the next one', async () => {
    const { clock, server, log, connected } = setStage()
    const connection = await connected()
    const news: unknown[] = []
    connection.onStatus((status, info) => news.push([status, info?.code]))
    breakDown(server.link!.ends[0])
    const answer = connection.request('ping', { n: 1 })
    connection.dispatchEvent('ping', { n: 2 }, { retries: 1 })
    clock.advance(2000)
    expect(news).toEqual([
      ['suspended', 'transport_lost'],
      ['connected', undefined],
    ])
    expect(server.events.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }])
    await answer
    expect(log.warnings).toEqual(['a transport failed'])
    expect(log.errors).toEqual([])
  })

  test('a transport that fails at once counts as one that no server answers', async () => {
    const { clock, server, log, dial } = setStage()
    const { open } = server
    const dialling = dial({ timeoutMs: 3000 }, () => {
      const transport = open()
      if (server.dials < 4) breakDown(transport)
      return transport
    })
    clock.advance(3000)
    await turnOf(clock)
    expect((await dialling).status).toBe('connected')
    expect(server.dials).toBe(4)
    expect(log.errors).toEqual([])
  })

  test('a transport that fails at the last moment does not keep a client from disconnecting', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    breakDown(server.link!.ends[0])
    const done = connection.disconnect()
    clock.advance(1000)
    await done
    expect(connection.status).toBe('closed')
    expect(connection.closeInfo?.code).toBe('disconnected')
    expect(server.dials).toBe(1)
  })

  test('attempts to resume come more and more slowly, and end when the server has given the session up', async () => {
    const { clock, server, connected } = setStage()
    server.limits = { graceMs: 20_000 }
    const connection = await connected()
    server.isUp = false
    server.link?.cut()
    const before = server.dials
    clock.advance(5000)
    const early = server.dials - before
    clock.advance(10_000)
    expect(server.dials - before - early).toBeLessThan(early)
    clock.advance(6000)
    expect(connection.status).toBe('closed')
    expect(connection.closeInfo).toMatchObject({ code: 'grace_over' })
    const { dials } = server
    clock.advance(60_000)
    expect(server.dials).toBe(dials)
  })

  test('with reconnect off it closes when the transport is lost', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected({ reconnect: false })
    server.link?.cut()
    clock.advance(100)
    expect(connection.status).toBe('closed')
    expect(connection.closeInfo?.code).toBe('transport_lost')
    expect(server.dials).toBe(1)
  })

  test('a silent server counts as lost, and is found again when the line is back', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const news: unknown[] = []
    connection.onStatus((status, info) => news.push([status, info?.code]))
    if (server.link) server.link.conditions = { ...quickLink, latencyMs: 1e9 }
    clock.advance(8000)
    expect(news).toEqual([
      ['suspended', 'idle'],
      ['connected', undefined],
    ])
  })

  test('when the server ends the session it closes with the reason, and using it throws', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const pending = connection.request('ping', { n: 1 }, { timeoutMs: 60_000 }).catch((error) => error)
    const waiting = connection.waitUntil(() => false, { timeoutMs: 60_000 }).catch((error) => error)
    server.answer = () => undefined
    clock.advance(100)
    server.close('kicked', 'be nice')
    clock.advance(100)
    expect(connection.status).toBe('closed')
    expect(connection.closeInfo).toEqual({ code: 'kicked', reason: 'be nice', byPeer: true })
    const closed = { code: 'connection_closed', closeInfo: { code: 'kicked' } }
    expect(await pending).toMatchObject(closed)
    expect(await waiting).toMatchObject(closed)
    expect(() => connection.dispatchEvent('reset')).toThrow(expect.objectContaining({ code: 'connection_closed' }))
    await expect(connection.waitUntil(() => false)).rejects.toMatchObject(closed)
    await connection.disconnect()
  })

  test('disconnecting is sent to the server at once, leaves no timer behind, and is the reason of later errors', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const news: string[] = []
    connection.onStatus((status) => news.push(status))
    const done = connection.disconnect()
    clock.advance(20)
    await done
    expect(news).toEqual(['disconnecting', 'closed'])
    expect(server.session?.closeInfo).toMatchObject({ code: 'disconnected', byPeer: true })
    const closeInfo = { code: 'disconnected', reason: 'the client disconnected', byPeer: false }
    expect(connection.closeInfo).toEqual(closeInfo)
    const error = await connection.request('reset').catch((reason) => reason)
    expect(error).toMatchObject({ code: 'connection_closed', closeInfo })
    expect(error.message).toBe('the connection is closed: the client disconnected')
    // the turn of the server itself
    expect(clock.pending).toBe(1)
  })

  test('a shutdown that is refused closes the connection and says so', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = () => ({ kind: 'refused', code: 'not_host_client', message: 'only the host client may' })
    const done = connection.disconnect({ shutdownServer: true }).catch((error) => error)
    clock.advance(200)
    await turnOf(clock)
    clock.advance(200)
    expect(await done).toMatchObject({ code: 'not_host_client' })
    expect(server.events.map(({ name }) => name)).toEqual(['$shutdown'])
    expect(connection.status).toBe('closed')
  })
})
